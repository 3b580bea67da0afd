package dev.mobilellm.runtime.generation;

import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.device.Batch;
import dev.mobilellm.spi.device.Batch.Wanted;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/**
 * One conversation with a model. It keeps the key/value cache of what was said, so that a prompt
 * which continues it is read from where it differs. Not safe for several threads; several
 * conversations of one model may be used by several threads.
 */
public final class Conversation implements AutoCloseable {

  private final ForwardPass device;
  private final AnswerSetting setting;
  private final ReadTokens held;
  private final int maxBatchTokens;

  /** Opened by {@link dev.mobilellm.runtime.LanguageModel#open()}. */
  public Conversation(ForwardPass device, AnswerSetting setting, int capacity, int maxBatchTokens) {
    this.device = device;
    this.setting = setting;
    this.held = new ReadTokens(device.program().openSequence(capacity));
    this.maxBatchTokens = maxBatchTokens;
  }

  /**
   * Answers a prompt. The prompt is the whole conversation, not only what is new.
   *
   * @throws UsageException if the prompt is longer than the context, the prompt or a logit bias
   *     holds an id that is not in the vocabulary, or text is asked about a model without tokenizer
   */
  public Generation generate(
      Prompt prompt, GenerationOptions options, GenerationListener listener) {
    prompt.requireFits(capacity());
    Draft draft = setting.draft(prompt, options, listener);
    long start = System.nanoTime();
    int cached = held.reuse(prompt.ids());
    OptionalInt next = prefill(prompt.ids(), draft, listener);
    long prefilled = System.nanoTime();
    FinishReason reason = null;
    while (reason == null) {
      if (next.isEmpty()) {
        reason = FinishReason.CANCELLED;
        break;
      }
      int token = next.getAsInt();
      reason = draft.append(token).orElse(null);
      if (reason == null && position() == capacity()) {
        reason = FinishReason.CONTEXT;
      }
      if (reason == null) {
        next = listener.cancelled() ? OptionalInt.empty() : forward(new int[] {token}, draft);
      }
    }
    draft.finish();
    return new Generation(
        draft.text(),
        draft.tokens(),
        reason,
        prompt.length(),
        cached,
        draft.seed(),
        Duration.ofNanos(prefilled - start),
        Duration.ofNanos(System.nanoTime() - prefilled));
  }

  /** How many tokens the conversation can hold. */
  public int capacity() {
    return held.capacity();
  }

  /** How many tokens it holds. */
  public int position() {
    return held.position();
  }

  @Override
  public void close() {
    held.close();
  }

  /** Reads the rest of the prompt in chunks; empty if the listener cancelled. */
  private OptionalInt prefill(int[] prompt, Draft draft, GenerationListener listener) {
    while (true) {
      int from = position();
      int to = Math.min(prompt.length, from + maxBatchTokens);
      listener.prefill(from, prompt.length);
      if (listener.cancelled()) {
        return OptionalInt.empty();
      }
      int[] chunk = Arrays.copyOfRange(prompt, from, to);
      if (to == prompt.length) {
        OptionalInt token = forward(chunk, draft);
        listener.prefill(to, prompt.length);
        return token;
      }
      device.run(
          new Batch(List.of(held.read(chunk, Wanted.NONE)), Batch.Output.LOGITS), result -> null);
    }
  }

  private OptionalInt forward(int[] chunk, Draft draft) {
    Batch batch = new Batch(List.of(held.read(chunk, Wanted.LAST)), draft.output());
    return OptionalInt.of(device.run(batch, result -> draft.pick(result, 0)));
  }
}
