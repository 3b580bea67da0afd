package dev.mobilellm.launcher.generate;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.mobilellm.runtime.LanguageModel;
import dev.mobilellm.runtime.generation.Boxed;
import dev.mobilellm.runtime.generation.Generation;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * An answer with what people want to know about it.
 *
 * @param model which answered
 * @param generation the answer
 * @param loadTime how long the model took to load
 */
record Answer(LanguageModel model, Generation generation, Duration loadTime) {

  /** The content of the last box. */
  Optional<String> boxed() {
    return Boxed.last(generation.text());
  }

  /** For people: the device and why, tokens, seconds and tokens per second. */
  String stats() {
    return String.format(
        Locale.ROOT,
        """
        device   %s: %s
        load     %.2f s
        prefill  %d tokens in %.2f s, %.1f tokens/s
        decode   %d tokens in %.2f s, %.1f tokens/s
        ended by %s, seed %d\
        """,
        model.device().info().id(),
        model.device().reason(),
        seconds(loadTime),
        generation.promptTokens(),
        seconds(generation.prefillTime()),
        generation.prefillTokensPerSecond(),
        generation.tokens().length,
        seconds(generation.decodeTime()),
        generation.decodeTokensPerSecond(),
        generation.finishReason().label(),
        generation.seed());
  }

  /** For programs: one object. */
  void write(JsonGenerator json) throws IOException {
    json.writeStartObject();
    if (model.hasTokenizer()) {
      json.writeStringField("text", generation.text());
    } else {
      json.writeNullField("text");
    }
    json.writeFieldName("tokens");
    json.writeArray(generation.tokens(), 0, generation.tokens().length);
    json.writeStringField("finish_reason", generation.finishReason().label());
    json.writeStringField("boxed", boxed().orElse(null));
    json.writeNumberField("prompt_tokens", generation.promptTokens());
    json.writeNumberField("seed", generation.seed());
    json.writeStringField("model", model.files().directory().toString());
    json.writeStringField("device", model.device().info().id());
    json.writeObjectFieldStart("timings");
    json.writeNumberField("load_seconds", seconds(loadTime));
    json.writeNumberField("prefill_seconds", seconds(generation.prefillTime()));
    json.writeNumberField("decode_seconds", seconds(generation.decodeTime()));
    json.writeNumberField("prefill_tokens_per_second", generation.prefillTokensPerSecond());
    json.writeNumberField("decode_tokens_per_second", generation.decodeTokensPerSecond());
    json.writeEndObject();
    json.writeEndObject();
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }
}
