package dev.mobilellm.launcher.chat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.text.Message;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Conversations as files: {@code {"messages": [{"role": "user", "content": "..."}, ...]}}. */
final class SavedChat {

  private static final JsonFactory FACTORY = new JsonFactory();
  private static final Set<String> ROLES = Set.of("system", "user", "assistant");

  private SavedChat() {}

  /**
   * Writes a file. One that is there is replaced only if it is a saved conversation.
   *
   * @throws UsageException if that is not possible
   */
  static void write(Path file, List<Message> messages) {
    if (Files.exists(file)) {
      try {
        read(file);
      } catch (UsageException e) {
        throw new UsageException(
            "%s is there already and holds no conversation; choose another name.".formatted(file));
      }
    }
    try {
      Files.writeString(file, text(messages));
    } catch (IOException e) {
      throw new UsageException("%s cannot be written: %s.".formatted(file, reason(e)));
    }
  }

  /**
   * Reads a file.
   *
   * @throws UsageException if it is not there or holds no conversation
   */
  static List<Message> read(Path file) {
    try (JsonParser json = FACTORY.createParser(Files.readString(file))) {
      if (json.nextToken() != JsonToken.START_OBJECT
          || !"messages".equals(json.nextFieldName())
          || json.nextToken() != JsonToken.START_ARRAY) {
        throw wrong(file);
      }
      List<Message> messages = new ArrayList<>();
      while (json.nextToken() != JsonToken.END_ARRAY) {
        if (json.currentToken() != JsonToken.START_OBJECT) {
          throw wrong(file);
        }
        messages.add(message(file, json));
      }
      return messages;
    } catch (JsonProcessingException e) {
      throw wrong(file);
    } catch (IOException e) {
      throw new UsageException("%s cannot be read: %s.".formatted(file, reason(e)));
    }
  }

  private static String text(List<Message> messages) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = FACTORY.createGenerator(text)) {
      json.setPrettyPrinter(new DefaultPrettyPrinter());
      json.writeStartObject();
      json.writeArrayFieldStart("messages");
      for (Message message : messages) {
        json.writeStartObject();
        json.writeStringField("role", message.role());
        json.writeStringField("content", message.content());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    return text.append('\n').toString();
  }

  private static Message message(Path file, JsonParser json) throws IOException {
    String role = null;
    String content = null;
    for (String key = json.nextFieldName(); key != null; key = json.nextFieldName()) {
      String value = json.nextTextValue();
      switch (key) {
        case "role" -> role = value;
        case "content" -> content = value;
        default -> json.skipChildren();
      }
    }
    if (role == null || content == null || !ROLES.contains(role)) {
      throw wrong(file);
    }
    return new Message(role, content);
  }

  private static UsageException wrong(Path file) {
    return new UsageException(
        "%s holds no conversation: {\"messages\": [{\"role\": \"user\", \"content\": \"...\"}, ...]} was expected."
            .formatted(file));
  }

  private static String reason(IOException e) {
    return switch (e) {
      case NoSuchFileException _ -> "there is no such file or folder";
      case AccessDeniedException _ -> "permission denied";
      default -> String.valueOf(e.getMessage());
    };
  }
}
