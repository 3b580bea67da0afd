package com.example.dry;

import dev.mobilellm.spi.sampling.Candidates;
import dev.mobilellm.spi.sampling.LogitsProcessor;
import dev.mobilellm.spi.sampling.TokenHistory;
import java.util.Arrays;

/**
 * "Don't repeat yourself": where the last tokens already occurred, the token that followed them
 * there loses {@code multiplier * base ^ (length - allowedLength)}, with the length of the longest
 * such occurrence. Unlike a repetition penalty it leaves single words alone and grows with the
 * repetition, so that a model gets out of a loop but may still use its vocabulary.
 *
 * <p>One pass over the tokens: the length of the match at each place is the Z-function of the
 * reversed text (Gusfield 1997).
 */
final class RepetitionBreaker implements LogitsProcessor {

  /** Enough to forbid a token, and far from what overflows a logit. */
  private static final double LARGEST = 1e9;

  private final DryOptions options;
  private int[] reversed = new int[256];
  private int[] matches = new int[256];

  /** Per token of the vocabulary the longest match that it would continue; 0 between calls. */
  private int[] longest = new int[0];

  RepetitionBreaker(DryOptions options) {
    this.options = options;
  }

  @Override
  public void process(Candidates candidates, TokenHistory history) {
    int size = reverse(history);
    int reach = reach(size);
    if (reach < options.allowedLength()) {
      return;
    }
    match(size);
    if (longest.length < candidates.vocabularySize()) {
      longest = new int[candidates.vocabularySize()];
    }
    for (int i = 1; i < size; i++) {
      int length = Math.min(matches[i], reach);
      int next = reversed[i - 1];
      if (length >= options.allowedLength() && next < longest.length) {
        longest[next] = Math.max(longest[next], length);
      }
    }
    for (int i = 0; i < size; i++) {
      int token = reversed[i];
      if (token < longest.length && longest[token] > 0) {
        penalise(candidates, token, longest[token]);
        longest[token] = 0;
      }
    }
  }

  private void penalise(Candidates candidates, int token, int length) {
    int index = candidates.indexOf(token);
    if (index >= 0 && !options.breakers().contains(token)) {
      double penalty =
          options.multiplier() * Math.pow(options.base(), length - options.allowedLength());
      candidates.setLogit(index, (float) (candidates.logit(index) - Math.min(penalty, LARGEST)));
    }
  }

  /** Copies the tokens in range, the last one first, and tells how many they are. */
  private int reverse(TokenHistory history) {
    int size = options.range() == 0 ? history.size() : Math.min(history.size(), options.range());
    if (reversed.length < size) {
      reversed = new int[size * 2];
      matches = new int[size * 2];
    }
    for (int i = 0; i < size; i++) {
      reversed[i] = history.token(history.size() - 1 - i);
    }
    return size;
  }

  /** How far back a match may go: to the last breaker. */
  private int reach(int size) {
    int reach = 0;
    while (reach < size && !options.breakers().contains(reversed[reach])) {
      reach++;
    }
    return reach;
  }

  /** For each place how many tokens from there on equal those from the start. */
  private void match(int size) {
    Arrays.fill(matches, 0, size, 0);
    int left = 0;
    int right = 0;
    for (int i = 1; i < size; i++) {
      int length = i < right ? Math.min(right - i, matches[i - left]) : 0;
      while (i + length < size && reversed[length] == reversed[i + length]) {
        length++;
      }
      matches[i] = length;
      if (i + length > right) {
        left = i;
        right = i + length;
      }
    }
  }
}
