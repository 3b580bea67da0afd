package dev.mobilellm.launcher.convert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.checkpoint.CheckpointFiles;
import dev.mobilellm.launcher.ExitCode;
import dev.mobilellm.launcher.Installation;
import dev.mobilellm.launcher.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What convert says of its result, and what that loses on a text. */
class ConversionReportTest {

  @TempDir private Path folder;
  private Path text;
  private Path out;

  @BeforeEach
  void text() throws IOException {
    text =
        Files.writeString(
            folder.resolve("text.txt"),
            "What is 12+7?\n12+7=19.\nThe answer is \\boxed{19}.\n".repeat(8));
    out = folder.resolve("out");
  }

  @Test
  void theLossIsWhatPerplexitySays() throws IOException {
    Run run = convert("--quantize", "3", "--context", "64", "--report-ppl", text.toString());
    assertEquals(ExitCode.OK, run.code(), run.err());
    assertEquals("", run.err());
    Run wanted =
        Run.of(
            "perplexity",
            "--model-path",
            out.toString(),
            "--against",
            Installation.current().demoModel().toString(),
            "--context",
            "64",
            "--text",
            text.toString());
    assertEquals(ExitCode.OK, wanted.code(), wanted.err());
    List<String> found = run.out().lines().toList();
    assertTrue(found.getFirst().startsWith(out + ": "), run.out());
    assertEquals(withoutTime(wanted.out().lines().toList()), withoutTime(found.subList(1, 10)));
    assertTrue(run.out().contains("KL mean"), run.out());
    assertFalse(run.out().contains("+0.000 %"), "3 bits lose something: " + run.out());
  }

  @Test
  void forPrograms() throws IOException {
    Run run =
        convert(
            "--dynamic",
            "--target-bpw",
            "5.5",
            "--calibration",
            text.toString(),
            "--context",
            "64",
            "--report-ppl",
            text.toString(),
            "--json");
    assertEquals(ExitCode.OK, run.code(), run.err());
    assertEquals(1, run.out().lines().count(), run.out());
    Map<?, ?> report = map(run);
    assertEquals(out.toString(), report.get("out"));
    assertEquals(Installation.current().demoModel().toString(), report.get("source"));
    List<?> quantized = (List<?>) report.get("quantized");
    assertEquals(43, quantized.size());
    long weights = 0;
    long bits = 0;
    for (Object element : quantized) {
      Map<?, ?> matrix = (Map<?, ?>) element;
      assertTrue(number(matrix, "kl_divergence") > 0, matrix::toString);
      long size = (long) number(matrix, "weights");
      weights += size;
      bits += size * (long) number(matrix, "bits");
    }
    // Half a bit a weight are scales and biases, and what is no matrix stays in float.
    double together = number(report, "bits_per_weight");
    assertEquals((double) bits / weights + 0.5, together, 0.05);
    assertEquals(16.0, number(report, "source_bits_per_weight"), 1e-9);
    Map<?, ?> perplexity = (Map<?, ?>) report.get("perplexity");
    Map<?, ?> against = (Map<?, ?>) perplexity.get("against");
    double change = number(against, "relative_change");
    assertEquals(
        number(perplexity, "perplexity") / number(against, "perplexity") - 1, change, 1e-12);
    assertTrue(number(against, "kl_mean") > 0, against::toString);
    assertTrue(number(against, "top_agreement") > 0.8, against::toString);
  }

  @Test
  void withoutAText() throws IOException {
    Run run = convert("--quantize", "8", "--group-size", "128", "--keep-embedding", "--json");
    assertEquals(ExitCode.OK, run.code(), run.err());
    Map<?, ?> report = map(run);
    assertTrue(report.containsKey("perplexity"));
    assertNull(report.get("perplexity"));
    assertEquals(6, ((List<?>) report.get("kept_in_float")).size());
    Map<?, ?> matrix = (Map<?, ?>) ((List<?>) report.get("quantized")).getFirst();
    assertFalse(matrix.containsKey("kl_divergence"));
  }

  private Run convert(String... flags) {
    List<String> arguments = new ArrayList<>(List.of("convert", "--out", out.toString()));
    arguments.addAll(List.of(flags));
    return Run.of(arguments.toArray(String[]::new));
  }

  /** JSON beside the result is read as its config.json is. */
  private Map<?, ?> map(Run run) throws IOException {
    Files.writeString(out.resolve("report.json"), run.out());
    return CheckpointFiles.open(out).json("report.json").orElseThrow().values();
  }

  private static double number(Map<?, ?> tree, String key) {
    return ((Number) tree.get(key)).doubleValue();
  }

  private static List<String> withoutTime(List<String> lines) {
    return lines.stream().filter(line -> !line.startsWith("time ")).toList();
  }
}
