package dev.mobilellm.weights.mlx;

import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.model.ModelConfig;
import dev.mobilellm.spi.model.Settings;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/**
 * The {@code quantization} object of config.json: settings for all matrices, and among them, under
 * the path of a matrix, settings of its own, or false where it stays in float.
 *
 * @param source for errors
 * @param common for every matrix that has no entry
 * @param entries by path, as spelled in the file
 */
record Quantization(String source, Entry common, SequencedMap<String, Entry> entries) {

  /**
   * How matrices are quantized.
   *
   * @param quantized false for a matrix that stays in float; empty where the file leaves it open
   * @param bits 0 where the file does not say
   * @param groupSize 0 where the file does not say
   * @param mode {@code affine} or one of MLX's newer formats
   */
  record Entry(Optional<Boolean> quantized, int bits, int groupSize, String mode) {

    Entry with(boolean nowQuantized) {
      return new Entry(Optional.of(nowQuantized), bits, groupSize, mode);
    }
  }

  static final String AFFINE = "affine";

  private static final Entry UNKNOWN = new Entry(Optional.empty(), 0, 0, AFFINE);

  /** The name that MLX gives the object, and the one under which it repeats it. */
  private static final List<String> KEYS = List.of("quantization", "quantization_config");

  /** Whether a config speaks of quantization at all, MLX's or not. */
  static boolean in(ModelConfig config) {
    return KEYS.stream().anyMatch(config.settings()::has);
  }

  /**
   * Reads the object; a config without one says nothing of any matrix.
   *
   * @throws ModelException if it is not MLX's
   */
  static Quantization of(ModelConfig config) {
    for (String key : KEYS) {
      Optional<Settings> settings = config.settings().object(key);
      if (settings.isPresent()) {
        return read(settings.get());
      }
    }
    return new Quantization(config.settings().source(), UNKNOWN, new LinkedHashMap<>());
  }

  /**
   * The entry of each matrix that has one. An entry's path may differ from the matrix's by the
   * prefixes that conversions add and drop.
   *
   * @param matrices paths of all matrices and vectors of the files, without {@code .weight}
   * @throws ModelException if an entry fits no matrix, or two fit the same
   */
  Map<String, Entry> assign(Set<String> matrices) {
    Map<String, String> byShortPath = new HashMap<>();
    for (String matrix : matrices) {
      String shorter = shortPath(matrix);
      // Two matrices that differ only by prefixes can only be meant by their full paths.
      byShortPath.put(shorter, byShortPath.containsKey(shorter) ? null : matrix);
    }
    Map<String, Entry> assigned = new HashMap<>();
    entries.forEach(
        (path, entry) -> {
          String matrix = matrices.contains(path) ? path : byShortPath.get(shortPath(path));
          if (matrix == null) {
            throw new ModelException(
                "%s: the entry \"%s\" fits no tensor: there is no \"%s.weight\"."
                    .formatted(source, path, path));
          }
          if (assigned.put(matrix, entry) != null) {
            throw new ModelException(
                "%s: \"%s\" and another entry both mean the tensor \"%s.weight\"."
                    .formatted(source, path, matrix));
          }
        });
    return assigned;
  }

  private static Quantization read(Settings settings) {
    Optional<String> method = settings.text("quant_method");
    if (method.isPresent()) {
      throw new ModelException(
          "%s: \"%s\" weights cannot be read; give a float checkpoint or one that MLX quantized."
              .formatted(settings.source(), method.get()));
    }
    Entry common = entry(settings, Optional.empty(), UNKNOWN);
    SequencedMap<String, Entry> entries = new LinkedHashMap<>();
    settings
        .values()
        .forEach(
            (key, value) -> {
              if (value instanceof Boolean flag) {
                entries.put(key, common.with(flag));
              } else if (value instanceof Map) {
                entries.put(
                    key, entry(settings.object(key).orElseThrow(), Optional.of(true), common));
              } else if (value != null && key.contains(".")) {
                throw settings.wrong(key, "an object, true or false", value);
              }
            });
    return new Quantization(settings.source(), common, entries);
  }

  private static Entry entry(Settings settings, Optional<Boolean> quantized, Entry common) {
    boolean own = settings.has("bits") || settings.has("group_size");
    return new Entry(
        quantized,
        own ? settings.positive("bits", 0) : common.bits(),
        own ? settings.positive("group_size", 0) : common.groupSize(),
        settings.text("mode").orElse(AFFINE));
  }

  private static String shortPath(String path) {
    String shorter = path;
    for (String prefix : new String[] {"model.", "language_model.", "model."}) {
      shorter = shorter.startsWith(prefix) ? shorter.substring(prefix.length()) : shorter;
    }
    return shorter;
  }
}
