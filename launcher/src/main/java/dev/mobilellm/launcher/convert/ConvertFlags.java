package dev.mobilellm.launcher.convert;

import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.weights.DType;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** What becomes of the weights: flags, checked together. */
final class ConvertFlags {

  private static final List<Integer> WIDTHS = List.of(2, 3, 4, 5, 6, 8);
  private static final List<Integer> GROUPS = List.of(32, 64, 128);

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      description =
          "Type of floats, and of the scales of quantized matrices: bf16, f16 or f32. Default: as"
              + " they are stored.")
  private Optional<String> dtype = Optional.empty();

  @Option(
      names = "--quantize",
      paramLabel = "BITS",
      description = "Quantize all matrices: 2, 3, 4, 5, 6 or 8 bits.")
  private Optional<Integer> quantize = Optional.empty();

  @Option(
      names = "--group-size",
      paramLabel = "N",
      description = "Weights that share a scale: 32, 64 or 128. Default: 64.")
  private Optional<Integer> groupSize = Optional.empty();

  @Option(
      names = "--keep-embedding",
      description = "Leave the embedding in float, and with it an output head that is tied to it.")
  private boolean keepEmbedding;

  @Option(
      names = "--dynamic",
      description =
          "Quantize each matrix to --low-bits or --high-bits, by how much it changes the model's"
              + " output on a text.")
  private boolean dynamic;

  @Option(
      names = "--target-bpw",
      paramLabel = "B",
      description = "Bits per weight of all quantized matrices together, scales included.")
  private Optional<Double> targetBpw = Optional.empty();

  @Option(
      names = "--low-bits",
      paramLabel = "BITS",
      description = "For matrices that can bear it. Default: 4.")
  private Optional<Integer> lowBits = Optional.empty();

  @Option(
      names = "--high-bits",
      paramLabel = "BITS",
      description = "For those that cannot. Default: 8.")
  private Optional<Integer> highBits = Optional.empty();

  @Option(
      names = "--calibration",
      paramLabel = "FILE",
      description = "UTF-8 text like what the model will work on; its first 512 tokens are used.")
  private Optional<Path> calibration = Optional.empty();

  @Option(
      names = "--sensitivities",
      paramLabel = "FILE",
      description =
          "Where measurements are kept, so that a repeat is quick. Default: beside the result,"
              + " DIR.sensitivities.json.")
  private Optional<Path> sensitivities = Optional.empty();

  /**
   * What {@code --dynamic} asks for.
   *
   * @param sensitivities empty: beside the result
   */
  record Dynamic(
      double targetBpw,
      int lowBits,
      int highBits,
      Path calibration,
      Optional<Path> sensitivities) {}

  /**
   * Checks all flags and says what becomes of the weights.
   *
   * @throws UsageException if they cannot be meant
   */
  ConversionPlan.Wish wish() {
    Optional<DType> type = dtype.map(ConvertFlags::type);
    boolean quantizing = quantize.isPresent() || dynamic;
    if (quantize.isPresent() && dynamic) {
      throw new UsageException(
          "--quantize and --dynamic cannot be used together: --dynamic takes its widths from"
              + " --low-bits and --high-bits.");
    }
    if (!quantizing) {
      require("--quantize BITS or --dynamic", quantizationOnly());
      if (type.isEmpty()) {
        throw new UsageException(
            "Nothing would change; give --dtype TYPE, --quantize BITS or --dynamic.");
      }
      return new ConversionPlan.Wish(type, 0, false);
    }
    quantize.ifPresent(bits -> oneOf("--quantize", bits, WIDTHS));
    int group = groupSize.orElse(64);
    oneOf("--group-size", group, GROUPS);
    if (dynamic) {
      dynamic();
    } else {
      require("--dynamic", dynamicOnly());
    }
    return new ConversionPlan.Wish(type, group, keepEmbedding);
  }

  boolean isDynamic() {
    return dynamic;
  }

  /** Bits of every matrix; only asked for where {@code --quantize} is given. */
  int bits() {
    return quantize.orElseThrow();
  }

  /**
   * What {@code --dynamic} asks for.
   *
   * @throws UsageException if it cannot be meant
   */
  Dynamic dynamic() {
    int low = lowBits.orElse(4);
    int high = highBits.orElse(8);
    oneOf("--low-bits", low, WIDTHS);
    oneOf("--high-bits", high, WIDTHS);
    if (low >= high) {
      throw new UsageException(
          "--low-bits must be fewer than --high-bits, found %d and %d.".formatted(low, high));
    }
    double target =
        targetBpw.orElseThrow(
            () -> new UsageException("--dynamic needs --target-bpw, bits per weight: 5.0."));
    if (!(target > 0 && target <= 32)) {
      throw new UsageException(
          "--target-bpw must be between 0 and 32 bits per weight, found " + target + ".");
    }
    Path text =
        calibration.orElseThrow(
            () ->
                new UsageException(
                    "--dynamic needs --calibration FILE, a text like what the model will work"
                        + " on."));
    return new Dynamic(target, low, high, text, sensitivities);
  }

  private Map<String, Boolean> quantizationOnly() {
    Map<String, Boolean> flags = new LinkedHashMap<>();
    flags.put("--group-size", groupSize.isPresent());
    flags.put("--keep-embedding", keepEmbedding);
    flags.putAll(dynamicOnly());
    return flags;
  }

  private Map<String, Boolean> dynamicOnly() {
    Map<String, Boolean> flags = new LinkedHashMap<>();
    flags.put("--target-bpw", targetBpw.isPresent());
    flags.put("--low-bits", lowBits.isPresent());
    flags.put("--high-bits", highBits.isPresent());
    flags.put("--calibration", calibration.isPresent());
    flags.put("--sensitivities", sensitivities.isPresent());
    return flags;
  }

  private static void require(String needed, Map<String, Boolean> flags) {
    flags.forEach(
        (flag, given) -> {
          if (given) {
            throw new UsageException("%s has no effect without %s.".formatted(flag, needed));
          }
        });
  }

  private static void oneOf(String flag, int found, List<Integer> wanted) {
    if (!wanted.contains(found)) {
      throw new UsageException(
          "%s must be one of %s, found %d."
              .formatted(
                  flag,
                  wanted.stream().map(String::valueOf).collect(Collectors.joining(", ")),
                  found));
    }
  }

  private static DType type(String name) {
    return Arrays.stream(DType.values())
        .filter(type -> type.label().equals(name))
        .findFirst()
        .orElseThrow(
            () -> new UsageException("--dtype must be bf16, f16 or f32, found " + name + "."));
  }
}
