package dev.mobilellm.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mobilellm.runtime.LanguageModel;
import dev.mobilellm.runtime.generation.GenerationOptions;
import dev.mobilellm.runtime.generation.Prompt;
import dev.mobilellm.spi.sampling.SamplingOptions;
import dev.mobilellm.spi.text.Message;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Reads what a client asks for. Safe for several threads. */
final class TaskReader {

  private static final int MOST_ALTERNATIVES = 20;
  private static final int MOST_STOPS = 16;

  private final LanguageModel model;
  private final String modelName;
  private final ServerOptions.Limits limits;
  private final PromptReader prompts;

  TaskReader(LanguageModel model, ServerOptions options) {
    this.model = model;
    this.modelName = options.modelName();
    this.limits = options.limits();
    this.prompts = new PromptReader(model, limits);
  }

  /** A body of /v1/chat/completions. */
  Task chat(JsonNode body) {
    Fields fields = Fields.of(body);
    requireModel(fields);
    Optional<Fields> math = fields.object("math");
    List<Message> messages = prompts.messages(fields.required("messages"));
    boolean finalOnly = math.flatMap(m -> m.flag("final_only")).orElse(false);
    Prompt prompt = prompts.chat(messages, finalOnly);
    Optional<Integer> alternatives = fields.whole("top_logprobs", 0, MOST_ALTERNATIVES);
    boolean wanted = fields.flag("logprobs").orElse(false);
    if (alternatives.isPresent() && !wanted) {
      throw ApiError.field("top_logprobs", "\"top_logprobs\" needs \"logprobs\": true.");
    }
    return task(
        fields,
        math,
        List.of(prompt),
        wanted ? OptionalInt.of(alternatives.orElse(0)) : OptionalInt.empty());
  }

  /** A body of /v1/completions. */
  Task completion(JsonNode body) {
    Fields fields = Fields.of(body);
    requireModel(fields);
    List<Prompt> all = prompts.raw(fields.required("prompt"));
    Optional<Integer> alternatives = fields.whole("logprobs", 0, MOST_ALTERNATIVES);
    return task(
        fields,
        fields.object("math"),
        all,
        alternatives.map(OptionalInt::of).orElse(OptionalInt.empty()));
  }

  /** A body of /tokenize: a prompt, or the messages of a chat. */
  Prompt tokenize(JsonNode body) {
    Fields fields = Fields.of(body);
    requireModel(fields);
    return fields
        .find("messages")
        .map(messages -> prompts.chat(prompts.messages(messages), false))
        .orElseGet(() -> single(prompts.raw(fields.required("prompt"))));
  }

  /** A body of /detokenize. */
  int[] tokens(JsonNode body) {
    Fields fields = Fields.of(body);
    requireModel(fields);
    return prompts.ids("tokens", fields.required("tokens"));
  }

  private Task task(
      Fields fields, Optional<Fields> math, List<Prompt> all, OptionalInt alternatives) {
    int choices = fields.whole("n", 1, limits.choices()).orElse(1);
    if ((long) all.size() * choices > limits.choices()) {
      throw ApiError.field(
          "n",
          "%d prompts with %d answers each are more than the %d that a request may have."
              .formatted(all.size(), choices, limits.choices()));
    }
    requireText(fields);
    fields.text("user");
    Optional<Integer> most = fields.whole("max_completion_tokens", 1, limits.maxTokens());
    Optional<Integer> older = fields.whole("max_tokens", 1, limits.maxTokens());
    boolean stream = fields.flag("stream").orElse(false);
    Optional<Fields> streaming = fields.object("stream_options");
    if (streaming.isPresent() && !stream) {
      throw ApiError.field("stream_options", "\"stream_options\" needs \"stream\": true.");
    }
    boolean usage = streaming.flatMap(o -> o.flag("include_usage")).orElse(false);
    GenerationOptions options =
        new GenerationOptions(
            sampling(fields),
            Optional.empty(),
            most.or(() -> older).orElse(Math.min(limits.defaultMaxTokens(), limits.maxTokens())),
            stops(fields),
            math.flatMap(m -> m.flag("stop_at_boxed")).orElse(false),
            false);
    boolean extract = math.flatMap(m -> m.flag("extract_boxed")).orElse(false);
    return new Task(all, choices, options, alternatives, stream, usage, extract, fields.ignored());
  }

  private static Prompt single(List<Prompt> all) {
    if (all.size() > 1) {
      throw ApiError.field("prompt", "\"prompt\" must be one, found %d.".formatted(all.size()));
    }
    return all.getFirst();
  }

  private void requireModel(Fields fields) {
    fields
        .text("model")
        .filter(asked -> !asked.equals(modelName))
        .ifPresent(
            asked -> {
              throw ApiError.modelNotFound(asked, modelName);
            });
  }

  private static void requireText(Fields fields) {
    Optional<Fields> format = fields.object("response_format");
    String type = format.map(f -> f.text("type").orElse("text")).orElse("text");
    if (!type.equals("text")) {
      throw ApiError.field(
          "response_format",
          type.equals("json_object") || type.equals("json_schema")
              ? "\"response_format\" %s is not supported yet; only text is.".formatted(type)
              : "\"response_format.type\" must be \"text\", found \"%s\".".formatted(type));
    }
  }

  private SamplingOptions sampling(Fields fields) {
    Optional<Long> seed = fields.whole("seed");
    return new SamplingOptions(
        within(fields, "temperature", 0, 1e6, 1),
        fields.whole("top_k", -1, Integer.MAX_VALUE).map(k -> Math.max(k, 0)).orElse(0),
        within(fields, "top_p", 0, 1, 1),
        within(fields, "min_p", 0, 1, 0),
        within(fields, "repetition_penalty", 1e-3, 1e3, 1),
        within(fields, "frequency_penalty", -2, 2, 0),
        within(fields, "presence_penalty", -2, 2, 0),
        bias(fields),
        seed.map(OptionalLong::of).orElse(OptionalLong.empty()),
        Map.of());
  }

  private static double within(
      Fields fields, String name, double least, double most, double otherwise) {
    double value = fields.number(name).orElse(otherwise);
    if (!(value >= least && value <= most)) {
      throw ApiError.field(
          name, "\"%s\" must be between %s and %s, found %s.".formatted(name, least, most, value));
    }
    return value;
  }

  private Map<Integer, Float> bias(Fields fields) {
    Map<Integer, Float> biases = new LinkedHashMap<>();
    fields
        .find("logit_bias")
        .ifPresent(
            node -> {
              if (!node.isObject()) {
                throw Fields.wrong("logit_bias", "an object of token ids and numbers", node);
              }
              node.properties().forEach(e -> biases.put(token(e.getKey()), bias(e.getValue())));
            });
    return biases;
  }

  private int token(String key) {
    try {
      int id = Integer.parseInt(key);
      if (id >= 0 && id < model.program().vocabularySize()) {
        return id;
      }
    } catch (NumberFormatException _) {
      // Told below, like a number that is no token.
    }
    throw ApiError.field(
        "logit_bias",
        "\"logit_bias\" names tokens by id, 0 to %d, found \"%s\"."
            .formatted(model.program().vocabularySize() - 1, key));
  }

  private static float bias(JsonNode value) {
    if (!value.isNumber() || Math.abs(value.doubleValue()) > 100) {
      throw Fields.wrong("logit_bias", "numbers between -100 and 100", value);
    }
    return value.floatValue();
  }

  private static List<String> stops(Fields fields) {
    Optional<JsonNode> stop = fields.find("stop");
    if (stop.isEmpty()) {
      return List.of();
    }
    List<String> stops = new ArrayList<>();
    if (stop.get().isTextual()) {
      stops.add(stop.get().textValue());
    } else if (stop.get().isArray() && stop.get().size() <= MOST_STOPS) {
      stop.get().forEach(s -> stops.add(s.isTextual() ? s.textValue() : ""));
    } else {
      throw Fields.wrong(
          "stop", "a string or a list of up to %d".formatted(MOST_STOPS), stop.get());
    }
    if (stops.contains("")) {
      throw ApiError.field("stop", "\"stop\" must be strings that are not empty.");
    }
    return stops;
  }
}
