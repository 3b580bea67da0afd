package dev.mobilellm.checkpoint;

import dev.mobilellm.spi.ModelException;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * The JSON at the start of a safetensors file, checked: the tensors fill the data behind it without
 * overlap or hole.
 *
 * @param metadata free text, {@code format} for instance
 * @param extents in the order of the header
 */
record SafetensorsHeader(SequencedMap<String, String> metadata, List<Extent> extents) {

  /** Where a tensor lies, in bytes from the start of the data. */
  record Extent(String name, StorageType type, List<Long> shape, long begin, long end) {}

  /**
   * Parses and checks a header.
   *
   * @param file for errors
   * @param dataSize the bytes behind the header
   * @throws ModelException at the first thing that is wrong
   */
  static SafetensorsHeader parse(Path file, byte[] json, long dataSize) {
    Map<String, Object> tree = Json.object(file + ", header", new ByteArrayInputStream(json));
    SequencedMap<String, String> metadata = new LinkedHashMap<>();
    List<Extent> extents = new ArrayList<>();
    tree.forEach(
        (name, value) -> {
          if (name.equals("__metadata__")) {
            readMetadata(file, value, metadata);
          } else {
            extents.add(new Reader(file, name).extent(value));
          }
        });
    checkCover(file, extents, dataSize);
    return new SafetensorsHeader(metadata, List.copyOf(extents));
  }

  private static void readMetadata(Path file, Object value, Map<String, String> metadata) {
    if (!(value instanceof Map<?, ?> map)) {
      throw new ModelException(file + ": \"__metadata__\" should be an object of strings.");
    }
    map.forEach(
        (key, text) -> {
          if (!(text instanceof String string)) {
            throw new ModelException(
                "%s: \"__metadata__\" should hold strings, but \"%s\" is %s."
                    .formatted(file, key, brief(text)));
          }
          metadata.put((String) key, string);
        });
  }

  private static void checkCover(Path file, List<Extent> extents, long dataSize) {
    List<Extent> sorted = new ArrayList<>(extents);
    sorted.sort(Comparator.comparingLong(Extent::begin).thenComparingLong(Extent::end));
    Extent previous = null;
    long end = 0;
    for (Extent extent : sorted) {
      if (extent.begin() < end) {
        throw new ModelException(
            "%s: tensors \"%s\" and \"%s\" overlap: one ends at byte %d, the other begins at %d."
                .formatted(file, previous.name(), extent.name(), end, extent.begin()));
      }
      if (extent.begin() > end) {
        throw new ModelException(
            "%s: bytes %d to %d of the data, before tensor \"%s\", belong to no tensor."
                .formatted(file, end, extent.begin(), extent.name()));
      }
      previous = extent;
      end = extent.end();
    }
    if (end > dataSize) {
      throw new ModelException(
          "%s is truncated, %d bytes are missing: tensor \"%s\" ends at %d of %d; get it again."
              .formatted(file, end - dataSize, previous.name(), end, dataSize));
    }
    if (end < dataSize) {
      throw new ModelException(
          "%s: the last %d bytes belong to no tensor; copy or download the file again."
              .formatted(file, dataSize - end));
    }
  }

  private static String brief(Object value) {
    String text = String.valueOf(value);
    return text.length() > 60 ? text.substring(0, 57) + "..." : text;
  }

  /** Reads the entry of one tensor. */
  private record Reader(Path file, String name) {

    Reader {
      if (name.isBlank() || name.chars().anyMatch(Character::isISOControl)) {
        throw new ModelException(
            file
                + ": a tensor's name is blank or holds control characters; the header is damaged.");
      }
    }

    Extent extent(Object value) {
      if (!(value instanceof Map<?, ?> entry)) {
        throw wrong(
            "should have an object with dtype, shape and data_offsets, found " + brief(value));
      }
      StorageType type = type(entry.get("dtype"));
      List<Long> shape = numbers(entry.get("shape"), "shape");
      List<Long> offsets = numbers(entry.get("data_offsets"), "data_offsets");
      if (offsets.size() != 2 || offsets.getFirst() > offsets.getLast()) {
        throw wrong(
            "has the data_offsets "
                + brief(offsets)
                + "; wanted are a begin and an end not before it");
      }
      long begin = offsets.getFirst();
      long end = offsets.getLast();
      long size = size(type, shape);
      if (end - begin != size) {
        throw wrong(
            "of %s %s needs %d bytes, but its data_offsets %s hold %d"
                .formatted(type, brief(shape), size, offsets, end - begin));
      }
      return new Extent(name, type, shape, begin, end);
    }

    private StorageType type(Object value) {
      for (StorageType type : StorageType.values()) {
        if (type.name().equals(value)) {
          return type;
        }
      }
      throw wrong(
          "has the unknown dtype %s; known are %s"
              .formatted(brief(value), Arrays.toString(StorageType.values())));
    }

    private List<Long> numbers(Object value, String key) {
      List<Long> numbers = new ArrayList<>();
      for (Object element : value instanceof List<?> list ? list : Arrays.asList(value)) {
        if (!(element instanceof Integer || element instanceof Long)
            || ((Number) element).longValue() < 0) {
          throw wrong(
              "has the %s %s; wanted is a list of whole numbers of at least 0"
                  .formatted(key, brief(value)));
        }
        numbers.add(((Number) element).longValue());
      }
      return List.copyOf(numbers);
    }

    private long size(StorageType type, List<Long> shape) {
      try {
        long size = type.bytes();
        for (long length : shape) {
          size = Math.multiplyExact(size, length);
        }
        return size;
      } catch (ArithmeticException _) {
        throw wrong("has the shape " + brief(shape) + ", whose size overflows 64 bits");
      }
    }

    private ModelException wrong(String problem) {
      return new ModelException("%s: tensor \"%s\" %s.".formatted(file, name, problem));
    }
  }
}
