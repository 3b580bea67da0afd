package dev.mobilellm.template.jinja;

import dev.mobilellm.checkpoint.CheckpointFiles;
import dev.mobilellm.spi.model.ModelFiles;
import dev.mobilellm.spi.text.ChatTemplate;
import dev.mobilellm.spi.text.Message;
import dev.mobilellm.spi.text.PromptPart;
import dev.mobilellm.spi.text.PromptPart.Special;
import dev.mobilellm.spi.text.PromptPart.Text;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What the tests share. */
final class Templates {

  /** The time in which {@code jinja2_cases.py} renders. */
  static final Clock CLOCK = Clock.fixed(Instant.parse("2024-07-26T13:05:09Z"), ZoneOffset.UTC);

  private Templates() {}

  static ChatTemplate of(String template) {
    return of(template, Map.of("bos_token", "<s>", "eos_token", "</s>"));
  }

  static ChatTemplate of(String template, Map<String, String> tokens) {
    return new JinjaTemplate(
        Map.of("default", new TemplateFiles.Source("chat_template.jinja", template)),
        tokens,
        CLOCK);
  }

  /** The prompt as one string. */
  static String spelled(List<PromptPart> parts) {
    return parts.stream()
        .map(
            part ->
                switch (part) {
                  case Special(String token) -> token;
                  case Text(String text) -> text;
                })
        .collect(Collectors.joining());
  }

  /** A message from a JSON tree. */
  static Message message(Map<?, ?> tree) {
    Map<String, Object> fields = new LinkedHashMap<>();
    tree.forEach((key, value) -> fields.put((String) key, value));
    return new Message((String) fields.remove("role"), (String) fields.remove("content"), fields);
  }

  /** A checkpoint with these files, beside a {@code config.json}. */
  static ModelFiles checkpoint(Path directory, Map<String, String> files) {
    try {
      Files.writeString(directory.resolve("config.json"), "{}");
      for (Map.Entry<String, String> file : files.entrySet()) {
        Files.writeString(directory.resolve(file.getKey()), file.getValue());
      }
      return CheckpointFiles.open(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String resource(String name) {
    try (InputStream in = Templates.class.getResourceAsStream("/" + name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
