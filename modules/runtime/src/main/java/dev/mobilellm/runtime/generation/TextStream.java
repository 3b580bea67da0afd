package dev.mobilellm.runtime.generation;

import dev.mobilellm.spi.text.Tokenizer;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Tokens to text as it is made: whole characters only, nothing of a stop string, nothing behind the
 * brace that closes the box if that ends the answer. Control tokens give no text. Not thread-safe.
 */
final class TextStream {

  private final Tokenizer tokenizer;
  private final List<String> stop;
  private final boolean stopAtBoxed;
  private final Consumer<String> consumer;
  private final Utf8Stream characters = new Utf8Stream();
  private final Boxed boxed = new Boxed();
  private final StringBuilder text = new StringBuilder();
  private int emitted;
  private boolean ended;

  TextStream(
      Tokenizer tokenizer, List<String> stop, boolean stopAtBoxed, Consumer<String> consumer) {
    this.tokenizer = tokenizer;
    this.stop = stop;
    this.stopAtBoxed = stopAtBoxed;
    this.consumer = consumer;
  }

  /** Continues with a token; a reason if its text ends the answer. */
  Optional<FinishReason> append(int token) {
    if (tokenizer.isSpecial(token)) {
      return Optional.empty();
    }
    return append(characters.append(tokenizer.decode(token)));
  }

  /** Hands out what was held back. Called once, when no token comes any more. */
  void finish() {
    if (!ended && append(characters.finish()).isEmpty()) {
      emit(text.length());
    }
  }

  /** All that was handed out. */
  String text() {
    return text.substring(0, emitted);
  }

  private Optional<FinishReason> append(String piece) {
    if (piece.isEmpty()) {
      return Optional.empty();
    }
    int searchFrom = emitted;
    text.append(piece);
    boxed.append(piece);
    int end = text.length();
    FinishReason reason = null;
    for (String s : stop) {
      int at = text.indexOf(s, searchFrom);
      if (at >= 0 && at < end) {
        end = at;
        reason = FinishReason.STOP_STRING;
      }
    }
    if (stopAtBoxed && boxed.firstEnd() >= 0 && boxed.firstEnd() <= end) {
      end = boxed.firstEnd();
      reason = FinishReason.BOXED;
    }
    if (reason != null) {
      emit(end);
      text.setLength(end);
      ended = true;
      return Optional.of(reason);
    }
    emit(end - heldBack());
    return Optional.empty();
  }

  /** How many of the last characters may be the start of a stop string. */
  private int heldBack() {
    int held = 0;
    for (String s : stop) {
      int longest = Math.min(s.length() - 1, text.length() - emitted);
      for (int n = longest; n > held; n--) {
        if (s.startsWith(text.substring(text.length() - n))) {
          held = n;
        }
      }
    }
    return held;
  }

  private void emit(int end) {
    if (end > emitted) {
      consumer.accept(text.substring(emitted, end));
      emitted = end;
    }
  }
}
