package dev.mobilellm.runtime;

import dev.mobilellm.checkpoint.AffineQuantizer;
import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.weights.AffineGroups;
import dev.mobilellm.spi.weights.DType;
import dev.mobilellm.spi.weights.Dense;
import dev.mobilellm.spi.weights.WeightEncoding;
import dev.mobilellm.spi.weights.WeightSource;
import dev.mobilellm.spi.weights.WeightTensor;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** How matrices are held in memory, whatever the files hold. Vectors stay as they are. */
public enum WeightType {
  /** As stored. */
  AUTO,
  /** Floats of 32 bits. */
  F32,
  /** Floats of 16 bits: half the memory and twice the speed of F32. */
  BF16,
  /** 8 bits in groups of 64, quantized as {@link AffineQuantizer} does. */
  Q8,
  /** 4 bits in groups of 64, likewise. */
  Q4;

  /** Columns that share a scale. */
  private static final int GROUP = 64;

  /** The word that users type. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The type of this name.
   *
   * @throws UsageException if there is none, listing all
   */
  public static WeightType named(String label) {
    return Arrays.stream(values())
        .filter(type -> type.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new UsageException(
                    "There is no weight type \"%s\"; there are: %s."
                        .formatted(
                            label,
                            Arrays.stream(values())
                                .map(WeightType::label)
                                .collect(Collectors.joining(", ")))));
  }

  /** The weights in this type; closing the result closes them. */
  WeightSource of(WeightSource weights) {
    return this == AUTO ? weights : new ReencodedWeights(weights, this);
  }

  /**
   * What a matrix is to be encoded as; empty if it stays. What is quantized already is not
   * quantized again, and rows that cannot be cut into groups stay floats.
   */
  Optional<WeightEncoding> encodingOf(WeightTensor tensor) {
    if (tensor.rows() == 1) {
      return Optional.empty();
    }
    WeightEncoding wanted =
        switch (this) {
          case AUTO -> tensor.encoding();
          case F32 -> new Dense(DType.F32);
          case BF16 -> new Dense(DType.BF16);
          case Q8 -> quantized(tensor, 8);
          case Q4 -> quantized(tensor, 4);
        };
    return wanted.equals(tensor.encoding()) ? Optional.empty() : Optional.of(wanted);
  }

  private static WeightEncoding quantized(WeightTensor tensor, int bits) {
    return tensor.encoding() instanceof Dense && tensor.columns() % GROUP == 0
        ? new AffineGroups(bits, GROUP, DType.BF16)
        : tensor.encoding();
  }
}
