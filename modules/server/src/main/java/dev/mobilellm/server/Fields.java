package dev.mobilellm.server;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The fields of a JSON object by their names and types. A null counts as absent. Remembers which
 * were asked for, so that the others can be told. Not thread-safe.
 */
final class Fields {

  private final String path;
  private final JsonNode object;
  private final Set<String> asked = new TreeSet<>();
  private final List<Fields> within = new ArrayList<>();

  private Fields(String path, JsonNode object) {
    this.path = path;
    this.object = object;
  }

  /** Of the body. */
  static Fields of(JsonNode body) {
    if (!body.isObject()) {
      throw ApiError.request(
          400, "The body must be a JSON object, found " + type(body) + ".", "invalid_json");
    }
    return new Fields("", body);
  }

  /** Of an object within. */
  static Fields of(String path, JsonNode object) {
    if (!object.isObject()) {
      throw wrong(path, "an object", object);
    }
    return new Fields(path + ".", object);
  }

  /** A field of any type. */
  Optional<JsonNode> find(String name) {
    asked.add(name);
    return Optional.ofNullable(object.get(name)).filter(value -> !value.isNull());
  }

  JsonNode required(String name) {
    return find(name)
        .orElseThrow(
            () -> ApiError.field(path + name, "\"%s\" is missing.".formatted(path + name)));
  }

  Optional<String> text(String name) {
    return find(name).map(value -> require(value.isTextual(), name, "a string", value).textValue());
  }

  String requiredText(String name) {
    required(name);
    return text(name).orElseThrow();
  }

  Optional<Boolean> flag(String name) {
    return find(name)
        .map(value -> require(value.isBoolean(), name, "true or false", value).booleanValue());
  }

  Optional<Double> number(String name) {
    return find(name)
        .map(value -> require(value.isNumber(), name, "a number", value).doubleValue());
  }

  Optional<Long> whole(String name) {
    return find(name)
        .map(
            value -> {
              require(value.isIntegralNumber(), name, "a whole number", value);
              return require(value.canConvertToLong(), name, "a number of 64 bits", value)
                  .longValue();
            });
  }

  /** A whole number between two others. */
  Optional<Integer> whole(String name, int least, int most) {
    Optional<Long> value = whole(name);
    value.ifPresent(
        n -> {
          if (n < least || n > most) {
            throw ApiError.field(
                path + name,
                most == Integer.MAX_VALUE && n < least
                    ? "\"%s\" must be at least %d, found %d.".formatted(path + name, least, n)
                    : "\"%s\" must be between %d and %d, found %d."
                        .formatted(path + name, least, most, n));
          }
        });
    return value.map(Long::intValue);
  }

  /** An object within. */
  Optional<Fields> object(String name) {
    Optional<Fields> object = find(name).map(value -> of(path + name, value));
    object.ifPresent(within::add);
    return object;
  }

  /** The names of what nobody asked for, here and in the objects within. */
  List<String> ignored() {
    List<String> names = new ArrayList<>();
    object
        .properties()
        .forEach(
            field -> {
              if (!field.getValue().isNull() && !asked.contains(field.getKey())) {
                names.add(path + field.getKey());
              }
            });
    within.forEach(fields -> names.addAll(fields.ignored()));
    return names;
  }

  /** An error about the type of a field. */
  static ApiError wrong(String name, String wanted, JsonNode found) {
    return ApiError.field(
        name, "\"%s\" must be %s, found %s.".formatted(name, wanted, type(found)));
  }

  private JsonNode require(boolean holds, String name, String wanted, JsonNode found) {
    if (!holds) {
      throw wrong(path + name, wanted, found);
    }
    return found;
  }

  private static String type(JsonNode node) {
    return switch (node.getNodeType()) {
      case OBJECT, POJO -> "an object";
      case ARRAY -> node.isEmpty() ? "an empty list" : "a list of " + node.size();
      case STRING -> "a string";
      case NUMBER -> "the number " + node.asText();
      case BOOLEAN -> node.asText();
      case NULL, MISSING, BINARY -> "null";
    };
  }
}
