package dev.mobilellm.launcher.convert;

import dev.mobilellm.launcher.LoadingLine;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.text.Tokenizer;
import dev.mobilellm.spi.weights.AffineGroups;
import dev.mobilellm.spi.weights.WeightTensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/**
 * A text to measure a model on, and the model.
 *
 * @param tokens of the text, behind the model's BOS if it has one
 */
record Calibration(SourceModel model, int[] tokens) {

  /** What is measured; more would tell little more and take as much longer. */
  static final int MOST_TOKENS = 512;

  static final int LEAST_TOKENS = 64;

  /** No token of usual texts is that long; a text of any size need not be encoded to its end. */
  private static final int CHARACTERS_PER_TOKEN = 16;

  /** Enough of a tensor's start to tell checkpoints apart. */
  private static final long SAMPLE_BYTES = 4096;

  /**
   * Reads the text.
   *
   * @throws UsageException if there is no such text, or it is too short
   * @throws ModelException if the model has no tokenizer
   */
  static Calibration read(Path file, SourceModel model) {
    String text = text(file);
    int most = Math.min(MOST_TOKENS, model.config().maxPositionEmbeddings());
    String start = text.substring(0, Math.min(text.length(), most * CHARACTERS_PER_TOKEN));
    int[] ids;
    try (Tokenizer tokenizer = model.tokenizer()) {
      ids = tokenizer.encode(start);
    }
    if (ids.length < LEAST_TOKENS) {
      throw new UsageException(
          "The calibration text %s has %d tokens; give at least %d, better %d, of text like what the model will work on."
              .formatted(file, ids.length, LEAST_TOKENS, most));
    }
    IntStream behindBos = IntStream.concat(model.bosToken().stream(), Arrays.stream(ids));
    return new Calibration(model, behindBos.limit(most).toArray());
  }

  /**
   * Measures each matrix of a plan alone, but for those that the file has.
   *
   * @param plan all matrices at the low width
   * @param file where measurements are kept
   * @param cancelled asked between matrices
   * @return by path; incomplete if cancelled
   * @throws ModelException if a weight is not finite, or the model cannot run
   */
  Map<String, Double> measure(
      ConversionPlan plan, Path file, LoadingLine progress, BooleanSupplier cancelled) {
    SensitivityFile kept = SensitivityFile.open(file, subject(plan));
    List<ConversionPlan.Entry> missing =
        plan.quantized().stream().filter(entry -> kept.find(entry.path()).isEmpty()).toList();
    if (missing.isEmpty()) {
      return kept.values();
    }
    plan.entries().forEach(entry -> TensorConverter.requireFinite(entry.source()));
    try (Sensitivities sensitivities = new Sensitivities(model, tokens, progress::fallback)) {
      TimeLeft time = new TimeLeft();
      for (int i = 0; i < missing.size() && !cancelled.getAsBoolean(); i++) {
        ConversionPlan.Entry entry = missing.get(i);
        progress.report(
            "Measuring %d matrices%s:".formatted(missing.size(), time.text(i, missing.size())),
            i,
            missing.size());
        kept.put(entry.path(), sensitivities.of(entry.source(), (AffineGroups) entry.encoding()));
      }
    }
    return kept.values();
  }

  /** What the measurements are of: they hold for this model, text, width and type only. */
  private String subject(ConversionPlan plan) {
    MessageDigest digest = sha256();
    for (int token : tokens) {
      digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(token).flip());
    }
    digest.update(plan.common().orElseThrow().name().getBytes(StandardCharsets.UTF_8));
    for (ConversionPlan.Entry entry : plan.entries()) {
      WeightTensor tensor = entry.source();
      String kind =
          "%s %d %d %s\n"
              .formatted(tensor.name(), tensor.rows(), tensor.columns(), tensor.encoding().name());
      digest.update(kind.getBytes(StandardCharsets.UTF_8));
      for (MemorySegment part : tensor.parts()) {
        digest.update(part.asSlice(0, Math.min(SAMPLE_BYTES, part.byteSize())).asByteBuffer());
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static String text(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new UsageException("There is no calibration text " + file + ".");
    }
    try {
      return Files.readString(file);
    } catch (CharacterCodingException e) {
      throw new UsageException("The calibration text " + file + " is not UTF-8 text.");
    } catch (IOException e) {
      throw new UsageException(
          "The calibration text %s cannot be read: %s.".formatted(file, e.getMessage()));
    }
  }
}
