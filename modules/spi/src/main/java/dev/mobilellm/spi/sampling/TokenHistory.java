package dev.mobilellm.spi.sampling;

import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The tokens of one request so far: the prompt, then what was generated. Not thread-safe. */
public final class TokenHistory {

  private final Set<Integer> distinct;
  private final Map<Integer, Integer> generatedCounts = new TreeMap<>();
  private final int promptLength;
  private int[] tokens;
  private int size;

  /**
   * @param prompt the ids of the prompt, all of it, also where its cache is reused
   */
  public TokenHistory(int[] prompt) {
    tokens = Arrays.copyOf(prompt, Math.max(16, prompt.length * 2));
    size = prompt.length;
    promptLength = prompt.length;
    distinct = new TreeSet<>();
    for (int token : prompt) {
      distinct.add(token);
    }
  }

  /** Appends a generated token. */
  public void append(int token) {
    if (size == tokens.length) {
      tokens = Arrays.copyOf(tokens, size * 2);
    }
    tokens[size++] = token;
    distinct.add(token);
    generatedCounts.merge(token, 1, Integer::sum);
  }

  /** Tokens of prompt and answer. */
  public int size() {
    return size;
  }

  /** Tokens of the prompt. */
  public int promptLength() {
    return promptLength;
  }

  /** The token at an index, prompt first. */
  public int token(int index) {
    return tokens[Objects.checkIndex(index, size)];
  }

  /** Every token that occurred, once, ascending. */
  public Set<Integer> distinct() {
    return Collections.unmodifiableSet(distinct);
  }

  /** How often each generated token occurred, by ascending id; the prompt does not count. */
  public Map<Integer, Integer> generatedCounts() {
    return Collections.unmodifiableMap(generatedCounts);
  }
}
