package dev.mobilellm.runtime.generation;

import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.device.Batch;
import dev.mobilellm.spi.device.Batch.Wanted;
import dev.mobilellm.spi.device.Sequence;
import dev.mobilellm.spi.sampling.TokenHistory;
import dev.mobilellm.spi.text.Tokenizer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * One conversation with a model. It keeps the key/value cache of what was said, so that a prompt
 * which continues it is read from where it differs. Not safe for several threads; several
 * conversations of one model may be used by several threads.
 */
public final class Conversation implements AutoCloseable {

  private final ForwardPass device;
  private final Sequence sequence;
  private final PluginRegistry registry;
  private final Optional<Tokenizer> tokenizer;
  private final Set<Integer> eosTokens;
  private final int maxBatchTokens;
  private int[] held = new int[256];

  /** Opened by {@link dev.mobilellm.runtime.LanguageModel#open()}. */
  public Conversation(
      ForwardPass device,
      PluginRegistry registry,
      Optional<Tokenizer> tokenizer,
      Set<Integer> eosTokens,
      int capacity,
      int maxBatchTokens) {
    this.device = device;
    this.sequence = device.program().openSequence(capacity);
    this.registry = registry;
    this.tokenizer = tokenizer;
    this.eosTokens = Set.copyOf(eosTokens);
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
    check(prompt, options);
    TokenPicker picker =
        new TokenPicker(registry, options.sampling(), options.sampler(), vocabularySize());
    TokenHistory history = new TokenHistory(prompt.ids());
    List<Integer> tokens = new ArrayList<>();
    Optional<TextStream> text =
        tokenizer.map(
            t -> new TextStream(t, options.stop(), options.stopAtBoxed(), listener::text));

    long start = System.nanoTime();
    int cached = reuse(prompt.ids());
    Optional<Integer> next = prefill(prompt.ids(), picker, history, listener);
    long prefilled = System.nanoTime();
    FinishReason reason = null;
    while (reason == null) {
      if (next.isEmpty()) {
        reason = FinishReason.CANCELLED;
        break;
      }
      int token = next.get();
      tokens.add(token);
      history.append(token);
      listener.token(token);
      if (!options.ignoreEos() && eosTokens.contains(token)) {
        reason = FinishReason.EOS;
      } else {
        reason = text.flatMap(stream -> stream.append(token)).orElse(null);
      }
      if (reason == null && tokens.size() == options.maxTokens()) {
        reason = FinishReason.MAX_TOKENS;
      }
      if (reason == null && sequence.position() == sequence.capacity()) {
        reason = FinishReason.CONTEXT;
      }
      if (reason == null) {
        next = listener.cancelled() ? Optional.empty() : step(token, picker, history);
      }
    }
    text.ifPresent(TextStream::finish);
    return new Generation(
        text.map(TextStream::text).orElse(""),
        tokens.stream().mapToInt(Integer::intValue).toArray(),
        reason,
        prompt.length(),
        cached,
        picker.seed(),
        Duration.ofNanos(prefilled - start),
        Duration.ofNanos(System.nanoTime() - prefilled));
  }

  /** How many tokens the conversation can hold. */
  public int capacity() {
    return sequence.capacity();
  }

  /** How many tokens it holds. */
  public int position() {
    return sequence.position();
  }

  @Override
  public void close() {
    sequence.close();
  }

  private void check(Prompt prompt, GenerationOptions options) {
    if (prompt.length() > sequence.capacity()) {
      throw new UsageException(
          "The prompt has %d tokens, but the context holds %d; shorten it or ask for a larger --context."
              .formatted(prompt.length(), sequence.capacity()));
    }
    for (int id : prompt.ids()) {
      requireInVocabulary(id, "The token");
    }
    for (int id : new TreeSet<>(options.sampling().logitBias().keySet())) {
      requireInVocabulary(id, "The logit-bias token");
    }
    if (tokenizer.isEmpty() && (!options.stop().isEmpty() || options.stopAtBoxed())) {
      throw new UsageException(
          "Stopping at a text needs a tokenizer, but the checkpoint has no tokenizer.json.");
    }
  }

  private void requireInVocabulary(int id, String what) {
    if (id < 0 || id >= vocabularySize()) {
      throw new UsageException(
          "%s %d is not in the vocabulary of 0 to %d.".formatted(what, id, vocabularySize() - 1));
    }
  }

  private int vocabularySize() {
    return device.vocabularySize();
  }

  /** Keeps what the cache and the prompt have in common; one token is left to get logits from. */
  private int reuse(int[] prompt) {
    int position = sequence.position();
    int mismatch = Arrays.mismatch(held, 0, position, prompt, 0, prompt.length);
    int common = Math.min(mismatch < 0 ? position : mismatch, prompt.length - 1);
    sequence.truncate(common);
    return common;
  }

  /** Reads the rest of the prompt in chunks; empty if the listener cancelled. */
  private Optional<Integer> prefill(
      int[] prompt, TokenPicker picker, TokenHistory history, GenerationListener listener) {
    while (true) {
      int from = sequence.position();
      int to = Math.min(prompt.length, from + maxBatchTokens);
      boolean last = to == prompt.length;
      listener.prefill(from, prompt.length);
      if (listener.cancelled()) {
        return Optional.empty();
      }
      int[] chunk = Arrays.copyOfRange(prompt, from, to);
      if (last) {
        Optional<Integer> token = forward(chunk, picker, history);
        listener.prefill(to, prompt.length);
        return token;
      }
      hold(chunk, from);
      device.run(
          new Batch(List.of(new Batch.Entry(sequence, chunk, Wanted.NONE)), Batch.Output.LOGITS),
          result -> null);
    }
  }

  private Optional<Integer> step(int token, TokenPicker picker, TokenHistory history) {
    return forward(new int[] {token}, picker, history);
  }

  private Optional<Integer> forward(int[] chunk, TokenPicker picker, TokenHistory history) {
    hold(chunk, sequence.position());
    Batch batch =
        new Batch(List.of(new Batch.Entry(sequence, chunk, Wanted.LAST)), picker.output());
    return Optional.of(device.run(batch, result -> picker.pick(result, 0, history)));
  }

  /** Remembers which tokens the sequence holds, for the next prompt to be compared with. */
  private void hold(int[] chunk, int from) {
    if (from + chunk.length > held.length) {
      held = Arrays.copyOf(held, Math.max(held.length * 2, from + chunk.length));
    }
    System.arraycopy(chunk, 0, held, from, chunk.length);
  }
}
