package dev.mobilellm.spi.text;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * One message of a conversation.
 *
 * @param role {@code system}, {@code user}, {@code assistant}, or what else a template knows
 * @param content the text
 * @param fields further fields that a template may read, as a JSON tree with nulls, in order:
 *     {@code tool_calls}
 */
public record Message(String role, String content, Map<String, Object> fields) {

  public Message {
    Objects.requireNonNull(role, "role");
    Objects.requireNonNull(content, "content");
    fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
  }

  public Message(String role, String content) {
    this(role, content, Map.of());
  }

  public static Message system(String content) {
    return new Message("system", content);
  }

  public static Message user(String content) {
    return new Message("user", content);
  }

  public static Message assistant(String content) {
    return new Message("assistant", content);
  }
}
