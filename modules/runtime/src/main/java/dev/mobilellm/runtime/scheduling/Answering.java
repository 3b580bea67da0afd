package dev.mobilellm.runtime.scheduling;

import dev.mobilellm.runtime.generation.Draft;
import dev.mobilellm.runtime.generation.FinishReason;
import dev.mobilellm.runtime.generation.Generation;
import dev.mobilellm.runtime.generation.ReadTokens;
import dev.mobilellm.spi.device.Batch;
import dev.mobilellm.spi.device.Batch.Wanted;
import dev.mobilellm.spi.device.BatchResult;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** One request from its arrival to its end. Used by the scheduler's thread. */
final class Answering {

  final CompletableFuture<Generation> answer = new CompletableFuture<>();

  /** The most positions that it will take. */
  final int positions;

  private final int[] prompt;
  private final Draft draft;
  private final AnswerListener listener;
  private final Optional<LikelihoodReader> likelihoods;
  private ReadTokens sequence;
  private long bytes;
  private int cached;
  private long started;
  private long prefilled;
  private int next;
  private Optional<Likelihood> likelihood = Optional.empty();
  private Throwable failure;
  private boolean ended;

  Answering(
      AnswerRequest request,
      Draft draft,
      AnswerListener listener,
      Optional<LikelihoodReader> likelihoods,
      int positions) {
    this.prompt = request.prompt().ids();
    this.draft = draft;
    this.listener = listener;
    this.likelihoods = likelihoods;
    this.positions = positions;
  }

  int[] prompt() {
    return prompt;
  }

  /** Gets a sequence, whose memory is promised from now on. */
  void start(ReadTokens own, long promised) {
    sequence = own;
    bytes = promised;
    started = System.nanoTime();
    cached = own.reuse(prompt);
  }

  /**
   * Goes on with a sequence that holds more of the prompt; no longer one than it was promised.
   *
   * @return how many tokens need not be read thanks to it
   */
  int adopt(ReadTokens longer) {
    int gained = longer.position() - sequence.position();
    sequence.close();
    sequence = longer;
    cached += gained;
    return gained;
  }

  ReadTokens sequence() {
    return sequence;
  }

  /** How much of the prompt is read. */
  int read() {
    return Math.min(sequence.position(), prompt.length);
  }

  /** The memory that it was promised. */
  long bytes() {
    return bytes;
  }

  int cached() {
    return cached;
  }

  int promptLength() {
    return prompt.length;
  }

  int length() {
    return draft.length();
  }

  /** Whether nobody wants the answer any more. */
  boolean cancelled() {
    return listener.cancelled();
  }

  /** Whether a part of the prompt is not read yet. */
  boolean isReading() {
    return sequence.position() < prompt.length;
  }

  /** How many tokens of the prompt are not read yet. */
  int unread() {
    return prompt.length - sequence.position();
  }

  /** Its part of the next batch: the token that was chosen last, or so much of the prompt. */
  Batch.Entry entry(int tokens) {
    if (!isReading()) {
      return sequence.read(new int[] {next}, Wanted.LAST);
    }
    int from = sequence.position();
    tellProgress(from);
    int to = Math.min(prompt.length, from + tokens);
    return sequence.read(
        Arrays.copyOfRange(prompt, from, to), to == prompt.length ? Wanted.LAST : Wanted.NONE);
  }

  /** What the device must hand out for the next token. */
  Batch.Output output() {
    return likelihoods.isPresent() ? Batch.Output.LOGITS : draft.output();
  }

  /**
   * Takes over what it needs of a result.
   *
   * @throws dev.mobilellm.spi.device.DeviceException if the device failed
   */
  void read(BatchResult result, int row) {
    draft.read(result, row);
    likelihoods.ifPresent(reader -> reader.read(result, row));
  }

  /** Whether choosing the next token takes time. */
  boolean isSlow() {
    return output() == Batch.Output.LOGITS;
  }

  /**
   * Chooses the next token, perhaps on another thread, while others choose theirs. A plugin that
   * fails is this answer's misfortune.
   */
  void choose() {
    if (failure != null) {
      return;
    }
    try {
      next = draft.choose();
      likelihood = likelihoods.map(reader -> reader.of(next));
    } catch (RuntimeException | Error e) {
      failure = e;
    }
  }

  /**
   * Takes the chosen token into the answer.
   *
   * @return a reason if the answer ends
   * @throws RuntimeException or an error: what choosing it ended with, or telling it
   */
  Optional<FinishReason> append() {
    rethrow();
    if (prefilled == 0) {
      prefilled = System.nanoTime();
      listener.prefill(prompt.length, prompt.length);
    }
    likelihood.ifPresent(listener::likelihood);
    Optional<FinishReason> reason = draft.append(next);
    return reason.isEmpty() && sequence.position() == sequence.capacity()
        ? Optional.of(FinishReason.CONTEXT)
        : reason;
  }

  /** The whole answer. */
  Generation finish(FinishReason reason) {
    draft.finish();
    long now = System.nanoTime();
    long first = prefilled == 0 ? now : prefilled;
    return new Generation(
        draft.text(),
        draft.tokens(),
        reason,
        prompt.length,
        cached,
        draft.seed(),
        Duration.ofNanos(sequence == null ? 0 : first - started),
        Duration.ofNanos(now - first));
  }

  /** Notes that it has ended; false if it had before. */
  boolean end() {
    boolean first = !ended;
    ended = true;
    return first;
  }

  /** Its sequence, which it does not need any more; empty if it never had one. */
  Optional<ReadTokens> release() {
    Optional<ReadTokens> released = Optional.ofNullable(sequence);
    bytes = 0;
    return released;
  }

  /** What the listener throws waits for the end of the pass. */
  private void tellProgress(int read) {
    try {
      listener.prefill(read, prompt.length);
    } catch (RuntimeException | Error e) {
      failure = e;
    }
  }

  private void rethrow() {
    switch (failure) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(failure);
    }
  }
}
