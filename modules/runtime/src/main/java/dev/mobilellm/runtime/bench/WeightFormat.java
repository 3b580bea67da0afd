package dev.mobilellm.runtime.bench;

import dev.mobilellm.runtime.bench.ModelShape.Tensor;
import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.weights.AffineGroups;
import dev.mobilellm.spi.weights.DType;
import dev.mobilellm.spi.weights.Dense;
import dev.mobilellm.spi.weights.WeightEncoding;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which encoding each tensor of a model has, by a name such as {@code q4-g64+bf16-head}.
 *
 * @param name as users type it
 * @param layers of the matrices of all layers
 * @param head of the embedding, which is the head, too
 */
public record WeightFormat(String name, WeightEncoding layers, WeightEncoding head) {

  private static final Pattern AFFINE = Pattern.compile("q([2-6]|8)-g(32|64|128)");
  private static final Pattern NAME = Pattern.compile("(.+?)(?:\\+(.+)-head)?");

  /**
   * Reads a name: an encoding, or two, {@code LAYERS+HEAD-head}. Scales of affine encodings are
   * bfloat16.
   *
   * @throws UsageException if there is no such encoding, listing those that there are
   */
  public static WeightFormat named(String name) {
    Matcher parts = NAME.matcher(name);
    Optional<WeightEncoding> layers = Optional.empty();
    Optional<WeightEncoding> head = Optional.empty();
    if (parts.matches()) {
      layers = encoding(parts.group(1));
      head = parts.group(2) == null ? layers : encoding(parts.group(2));
    }
    if (layers.isEmpty() || head.isEmpty()) {
      throw new UsageException(
          "There is no encoding \"%s\"; there are: %s, and qB-gG with B = 2, 3, 4, 5, 6 or 8 bits and groups of G = 32, 64 or 128; the head may have one of its own, as in q4-g64+bf16-head."
              .formatted(
                  name,
                  Arrays.stream(DType.values())
                      .map(DType::label)
                      .collect(Collectors.joining(", "))));
    }
    return new WeightFormat(name, layers.get(), head.get());
  }

  /**
   * The encoding of a tensor. Norms are dense, and so are matrices whose columns cannot be cut into
   * groups, as in MLX's conversions.
   */
  public WeightEncoding of(Tensor tensor) {
    WeightEncoding wanted = tensor.isEmbedding() ? head : layers;
    return wanted instanceof AffineGroups affine
            && (tensor.isNorm() || tensor.columns() % affine.groupSize() != 0)
        ? new Dense(affine.scaleType())
        : wanted;
  }

  private static Optional<WeightEncoding> encoding(String name) {
    for (DType type : DType.values()) {
      if (type.label().equals(name)) {
        return Optional.of(new Dense(type));
      }
    }
    Matcher affine = AFFINE.matcher(name);
    return affine.matches()
        ? Optional.of(
            new AffineGroups(
                Integer.parseInt(affine.group(1)), Integer.parseInt(affine.group(2)), DType.BF16))
        : Optional.empty();
  }
}
