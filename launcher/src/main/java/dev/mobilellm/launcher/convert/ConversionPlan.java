package dev.mobilellm.launcher.convert;

import dev.mobilellm.checkpoint.AffineConfig;
import dev.mobilellm.checkpoint.SafetensorsWriter.Tensor;
import dev.mobilellm.checkpoint.StorageType;
import dev.mobilellm.spi.weights.AffineGroups;
import dev.mobilellm.spi.weights.DType;
import dev.mobilellm.spi.weights.Dense;
import dev.mobilellm.spi.weights.WeightEncoding;
import dev.mobilellm.spi.weights.WeightSource;
import dev.mobilellm.spi.weights.WeightTensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.ToIntFunction;

/**
 * What becomes of each tensor of a checkpoint.
 *
 * @param entries in the order of the files
 * @param common how most matrices are quantized; empty if none is
 * @param indivisible matrices that stay in float because no whole groups fit into their rows
 * @param dropped tensors that have no use: heads beside a tied embedding, RoPE's frequencies
 */
record ConversionPlan(
    List<Entry> entries,
    Optional<AffineGroups> common,
    List<String> indivisible,
    List<String> dropped) {

  private static final String WEIGHT = ".weight";

  /**
   * One tensor.
   *
   * @param source as it is stored now
   * @param encoding as it will be stored, {@link Dense} or {@link AffineGroups}
   */
  record Entry(WeightTensor source, WeightEncoding encoding) {

    /** The name without {@code .weight}: what MLX calls the module. */
    String path() {
      return ConversionPlan.path(source.name());
    }

    boolean isQuantized() {
      return encoding instanceof AffineGroups;
    }

    /** The width of a quantized matrix. */
    int bits() {
      return ((AffineGroups) encoding).bits();
    }

    /** The size when it is written. */
    long byteSize() {
      return encoding.partSizes(source.rows(), source.columns()).stream()
          .mapToLong(Long::longValue)
          .sum();
    }

    /** The names under which the encoding's parts are stored. */
    List<String> partNames() {
      return isQuantized()
          ? List.of(source.name(), path() + ".scales", path() + ".biases")
          : List.of(source.name());
    }

    /** What is written, in the order of the parts. */
    List<Tensor> parts() {
      long rows = source.rows();
      long columns = source.columns();
      return switch (encoding) {
        case AffineGroups affine -> {
          StorageType scaleType = StorageType.of(affine.scaleType());
          List<Long> scales = List.of(rows, columns / affine.groupSize());
          yield List.of(
              new Tensor(
                  source.name(),
                  StorageType.U32,
                  List.of(rows, columns * affine.bits() / Integer.SIZE)),
              new Tensor(path() + ".scales", scaleType, scales),
              new Tensor(path() + ".biases", scaleType, scales));
        }
        default ->
            List.of(
                new Tensor(
                    source.name(),
                    StorageType.of(floatType(encoding)),
                    rows == 1 ? List.of(columns) : List.of(rows, columns)));
      };
    }
  }

  /**
   * What is asked for.
   *
   * @param type of floats, and of scales and biases; empty: each tensor's own
   * @param groupSize 0: nothing is quantized
   * @param keepEmbedding whether the embedding stays in float, and the head, if it is tied to it
   */
  record Wish(Optional<DType> type, int groupSize, boolean keepEmbedding) {}

  /**
   * Plans.
   *
   * @param tied whether the embedding is the head, too
   * @param bits of a matrix that can be quantized, by path
   * @throws dev.mobilellm.spi.ModelException if a tensor cannot be read
   */
  static ConversionPlan of(
      WeightSource weights, boolean tied, Wish wish, ToIntFunction<String> bits) {
    List<Entry> entries = new ArrayList<>();
    List<String> indivisible = new ArrayList<>();
    List<String> dropped = new ArrayList<>();
    for (String name : weights.names()) {
      if (name.endsWith("rotary_emb.inv_freq") || tied && name.endsWith("lm_head.weight")) {
        dropped.add(name);
        continue;
      }
      WeightTensor tensor = weights.find(name).orElseThrow();
      DType type = wish.type.orElseGet(() -> floatType(tensor.encoding()));
      boolean wanted =
          wish.groupSize > 0 && isMatrix(tensor) && !(wish.keepEmbedding && isEmbedding(name));
      if (wanted && tensor.columns() % wish.groupSize != 0) {
        indivisible.add(path(name));
        wanted = false;
      }
      entries.add(
          new Entry(
              tensor,
              wanted
                  ? new AffineGroups(bits.applyAsInt(path(name)), wish.groupSize, type)
                  : new Dense(type)));
    }
    return new ConversionPlan(List.copyOf(entries), common(entries), indivisible, dropped);
  }

  /** All that is quantized. */
  List<Entry> quantized() {
    return entries.stream().filter(Entry::isQuantized).toList();
  }

  /** What is written, in order. */
  List<Tensor> parts() {
    return entries.stream().flatMap(entry -> entry.parts().stream()).toList();
  }

  /** The weights' size when they are written. */
  long byteSize() {
    return entries.stream().mapToLong(Entry::byteSize).sum();
  }

  /** The weights' size as they are stored now. */
  long sourceByteSize() {
    return entries.stream().mapToLong(entry -> entry.source.byteSize()).sum();
  }

  /** How many weights there are. */
  long size() {
    return entries.stream().mapToLong(entry -> entry.source.size()).sum();
  }

  /** What config.json will say about quantization. */
  Optional<AffineConfig> config() {
    SequencedMap<String, AffineGroups> exceptions = new LinkedHashMap<>();
    for (Entry entry : quantized()) {
      if (entry.bits() != common.orElseThrow().bits()) {
        exceptions.put(entry.path(), (AffineGroups) entry.encoding);
      }
    }
    return common.map(most -> new AffineConfig(most, exceptions));
  }

  /** The encoding of the most weights. */
  private static Optional<AffineGroups> common(List<Entry> entries) {
    SequencedMap<AffineGroups, Long> sizes = new LinkedHashMap<>();
    for (Entry entry : entries) {
      if (entry.encoding instanceof AffineGroups affine) {
        sizes.merge(affine, entry.source.size(), Long::sum);
      }
    }
    return sizes.entrySet().stream().max(Map.Entry.comparingByValue()).map(Map.Entry::getKey);
  }

  private static boolean isMatrix(WeightTensor tensor) {
    return tensor.rows() > 1 && tensor.name().endsWith(WEIGHT);
  }

  private static boolean isEmbedding(String name) {
    return name.endsWith("embed_tokens.weight") || name.endsWith("tok_embeddings.weight");
  }

  private static String path(String name) {
    return name.endsWith(WEIGHT) ? name.substring(0, name.length() - WEIGHT.length()) : name;
  }

  /** In which type a tensor's weights are floats; unknown encodings lose nothing as float32. */
  private static DType floatType(WeightEncoding encoding) {
    return switch (encoding) {
      case Dense dense -> dense.type();
      case AffineGroups affine -> affine.scaleType();
      default -> DType.F32;
    };
  }
}
