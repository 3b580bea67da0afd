package dev.mobilellm.weights.mlx;

import dev.mobilellm.checkpoint.StorageType;
import dev.mobilellm.checkpoint.StoredTensor;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.weights.AffineGroups;
import dev.mobilellm.spi.weights.DType;
import dev.mobilellm.spi.weights.WeightTensor;
import java.util.List;

/**
 * The three tensors of one quantized matrix, checked against each other and against the config.
 *
 * @param weight the words, {@code [rows, columns * bits / 32]}
 * @param scales {@code [rows, columns / groupSize]}
 * @param biases like the scales; null if the file has none
 * @param entry what the config says
 */
record AffineMatrix(
    StoredTensor weight, StoredTensor scales, StoredTensor biases, Quantization.Entry entry) {

  /** What packed values are stored as. */
  static final StorageType WORDS = StorageType.U32;

  private static final List<Long> WIDTHS = List.of(2L, 3L, 4L, 5L, 6L, 8L);
  private static final List<Long> GROUPS = List.of(32L, 64L, 128L);

  /**
   * The matrix that the three are.
   *
   * @throws ModelException if they do not fit together
   */
  WeightTensor tensor() {
    checkParts();
    long rows = weight.shape().getFirst();
    long words = weight.shape().getLast();
    long groups = scales.shape().getLast();
    if (words < 1 || groups < 1 || 32 * words % groups != 0) {
      throw wrong("are no whole words for each group");
    }
    AffineGroups encoding = encoding(32 * words / groups);
    long columns = groups * encoding.groupSize();
    if (rows < 1 || rows > Integer.MAX_VALUE || columns > Integer.MAX_VALUE) {
      throw wrong("are empty or too large");
    }
    return new WeightTensor(
        weight.name(),
        (int) rows,
        (int) columns,
        encoding,
        List.of(weight.data(), scales.data(), biases.data()));
  }

  /** Words and scales only give the product of bits and group size; the config tells them apart. */
  private AffineGroups encoding(long groupBits) {
    if (entry.groupSize() == 0 && entry.bits() == 0) {
      throw wrong("need a \"quantization\" in config.json that says their group_size");
    }
    long groupSize = entry.groupSize() == 0 ? groupBits / entry.bits() : entry.groupSize();
    long bits = groupSize == 0 ? 0 : groupBits / groupSize;
    if (bits * groupSize != groupBits || !WIDTHS.contains(bits) || !GROUPS.contains(groupSize)) {
      throw wrong(
          "hold %d bits a group, which does not fit %s; known are %s bits in groups of %s"
              .formatted(groupBits, settings(), WIDTHS, GROUPS));
    }
    if (entry.bits() != 0 && entry.bits() != bits) {
      throw wrong("hold %d bits a weight, but config.json says %s".formatted(bits, settings()));
    }
    return new AffineGroups((int) bits, (int) groupSize, scaleType());
  }

  private void checkParts() {
    if (!entry.mode().equals(Quantization.AFFINE)) {
      throw weight.wrong(
          "is quantized in the mode \"%s\"; only \"affine\" can be read, so convert it anew"
              .formatted(entry.mode()));
    }
    if (weight.type() != WORDS) {
      throw weight.wrong(
          "has .scales and the dtype %s; with scales it is %s".formatted(weight.type(), WORDS));
    }
    if (biases == null) {
      throw scales.wrong(
          "has no .biases beside it; modes without biases (mxfp4, ...) cannot be read");
    }
    if (weight.shape().size() != 2
        || scales.shape().size() != 2
        || !weight.shape().getFirst().equals(scales.shape().getFirst())) {
      throw wrong("are no two matrices of equally many rows");
    }
    if (!scales.shape().equals(biases.shape()) || scales.type() != biases.type()) {
      throw biases.wrong(
          "is %s %s, but its scales are %s %s"
              .formatted(biases.type(), biases.shape(), scales.type(), scales.shape()));
    }
    scaleType();
  }

  private DType scaleType() {
    return scales
        .type()
        .floatType()
        .orElseThrow(
            () -> scales.wrong("has the dtype " + scales.type() + "; F32, F16 or BF16 are read"));
  }

  private String settings() {
    String bits = entry.bits() == 0 ? "" : entry.bits() + " bits";
    String group = entry.groupSize() == 0 ? "" : "groups of " + entry.groupSize();
    return bits + (bits.isEmpty() || group.isEmpty() ? "" : " in ") + group;
  }

  private ModelException wrong(String problem) {
    return weight.wrong(
        "%s and its scales %s %s".formatted(weight.shape(), scales.shape(), problem));
  }
}
