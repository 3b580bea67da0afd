package dev.mobilellm.template.jinja;

import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.model.ModelFiles;
import dev.mobilellm.spi.model.Settings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds the templates and control tokens of a checkpoint where Transformers looks for them. */
final class TemplateFiles {

  private static final String TEMPLATE = "chat_template.jinja";
  private static final String TOKENIZER_CONFIG = "tokenizer_config.json";
  private static final String SPECIAL_TOKENS = "special_tokens_map.json";
  private static final String KEY = "chat_template";

  private static final List<String> TOKENS =
      List.of(
          "bos_token",
          "eos_token",
          "unk_token",
          "sep_token",
          "pad_token",
          "cls_token",
          "mask_token");

  /**
   * A template as it was found.
   *
   * @param source for messages: the file, and the name inside it if there are several
   */
  record Source(String source, String text) {}

  private TemplateFiles() {}

  /** Where the templates are, or empty if there are none. */
  static Optional<String> location(ModelFiles files) {
    if (files.has(TEMPLATE)) {
      return Optional.of(TEMPLATE);
    }
    return files
        .json(TOKENIZER_CONFIG)
        .filter(config -> config.has(KEY))
        .map(config -> config.source() + " has \"" + KEY + "\"");
  }

  /** The templates by name, {@code default} for one without. */
  static Map<String, Source> templates(ModelFiles files) {
    Optional<String> file = files.text(TEMPLATE);
    if (file.isPresent()) {
      return Map.of("default", new Source(TEMPLATE, file.get()));
    }
    Settings config =
        files
            .json(TOKENIZER_CONFIG)
            .orElseThrow(() -> new ModelException(files.directory() + " has no chat template."));
    Object value = config.find(KEY).orElse(null);
    if (value instanceof String text) {
      return Map.of("default", new Source(TOKENIZER_CONFIG, text));
    }
    Map<String, Source> templates = new LinkedHashMap<>();
    if (value instanceof List<?> list) {
      for (Object entry : list) {
        if (entry instanceof Map<?, ?> named
            && named.get("name") instanceof String name
            && named.get("template") instanceof String text) {
          templates.put(name, new Source(TOKENIZER_CONFIG + ", template \"" + name + "\"", text));
        } else {
          throw config.wrong(KEY, "a list of objects with \"name\" and \"template\"", entry);
        }
      }
    }
    if (!templates.containsKey("default") && templates.size() != 1) {
      throw config.wrong(
          KEY,
          "a string or a list of templates with one named \"default\"",
          templates.isEmpty() ? value : templates.keySet());
    }
    return templates;
  }

  /** {@code bos_token} and the like, as far as the checkpoint names them. */
  static Map<String, String> tokens(ModelFiles files) {
    Map<String, String> tokens = new LinkedHashMap<>();
    for (String file : List.of(SPECIAL_TOKENS, TOKENIZER_CONFIG)) {
      files
          .json(file)
          .ifPresent(
              settings -> {
                for (String name : TOKENS) {
                  spelling(settings, name).ifPresent(token -> tokens.put(name, token));
                }
              });
    }
    return tokens;
  }

  private static Optional<String> spelling(Settings settings, String name) {
    return settings
        .find(name)
        .map(
            value -> {
              Object content = value instanceof Map<?, ?> token ? token.get("content") : value;
              if (content instanceof String text) {
                return text;
              }
              throw settings.wrong(name, "a string or an object with \"content\"", value);
            });
  }
}
