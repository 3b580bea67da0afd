package dev.mobilellm.runtime.generation;

import dev.mobilellm.spi.device.Batch;
import dev.mobilellm.spi.device.BatchResult;
import dev.mobilellm.spi.sampling.TokenHistory;
import java.util.Arrays;
import java.util.Optional;

/**
 * An answer while it is made: chooses its tokens, says when it ends, and hands out its text. It
 * knows nothing of the device and of other answers. Not thread-safe.
 */
public final class Draft {

  private final AnswerSetting setting;
  private final GenerationOptions options;
  private final GenerationListener listener;
  private final TokenPicker picker;
  private final TokenHistory history;
  private final Optional<TextStream> text;

  Draft(
      AnswerSetting setting,
      Prompt prompt,
      GenerationOptions options,
      GenerationListener listener) {
    this.setting = setting;
    this.options = options;
    this.listener = listener;
    picker =
        new TokenPicker(
            setting.registry(), options.sampling(), options.sampler(), setting.vocabularySize());
    history = new TokenHistory(prompt.ids());
    text =
        setting
            .tokenizer()
            .map(t -> new TextStream(t, options.stop(), options.stopAtBoxed(), listener::text));
  }

  /** What the device shall hand out for the next token. */
  public Batch.Output output() {
    return picker.output();
  }

  /** The next token, from a wanted row of a result; it is not part of the answer yet. */
  public int pick(BatchResult result, int row) {
    read(result, row);
    return choose();
  }

  /** The first half of {@link #pick}: the result is not needed any more. */
  public void read(BatchResult result, int row) {
    picker.read(result, row);
  }

  /** The second half, on any thread. */
  public int choose() {
    return picker.choose(history);
  }

  /** Continues the answer; a reason if it ends with this token. */
  public Optional<FinishReason> append(int token) {
    history.append(token);
    listener.token(token);
    if (!options.ignoreEos() && setting.eosTokens().contains(token)) {
      return Optional.of(FinishReason.EOS);
    }
    Optional<FinishReason> reason = text.flatMap(stream -> stream.append(token));
    return reason.isEmpty() && length() == options.maxTokens()
        ? Optional.of(FinishReason.MAX_TOKENS)
        : reason;
  }

  /** Hands out the text that was held back. Called once, when no token comes any more. */
  public void finish() {
    text.ifPresent(TextStream::finish);
  }

  /** How many tokens it has. */
  public int length() {
    return history.size() - history.promptLength();
  }

  /** Its tokens, the end-of-sequence token included. */
  public int[] tokens() {
    int[] tokens = new int[length()];
    Arrays.setAll(tokens, i -> history.token(history.promptLength() + i));
    return tokens;
  }

  /** The text that was handed out; empty if the model has no tokenizer. */
  public String text() {
    return text.map(TextStream::text).orElse("");
  }

  /** With which the answer can be repeated. */
  public long seed() {
    return picker.seed();
  }
}
