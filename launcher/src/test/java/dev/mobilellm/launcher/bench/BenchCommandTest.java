package dev.mobilellm.launcher.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.mobilellm.launcher.Console;
import dev.mobilellm.launcher.Run;
import dev.mobilellm.runtime.LoadOptions;
import dev.mobilellm.runtime.bench.BenchPlan;
import dev.mobilellm.runtime.bench.ModelShape;
import dev.mobilellm.runtime.bench.WeightFormat;
import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.runtime.plugins.Service;
import dev.mobilellm.testkit.Fixtures;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import picocli.CommandLine;

/** What the command prints and draws; no test depends on how fast it is. */
class BenchCommandTest {

  private static final ModelShape TINY = new ModelShape(2, 2, 1, 64, 96, 500);
  private static final BenchPlan PLAN = new BenchPlan(4, 2, List.of(0, 3), List.of(1, 2), 2);

  @TempDir private Path folder;

  @Test
  void aCheckpointOnADeviceThatCannotMeasureItself() {
    Path model = Fixtures.checkpoint("r1-bf16", folder);
    Run run = bench("--model-path", model.toString(), "--explain");
    assertEquals(0, run.code(), run.err());
    List<String> lines = run.out().lines().toList();
    assertEquals("model        " + model, lines.getFirst());
    assertTrue(run.out().contains("limits       unknown"), run.out());
    assertFalse(run.out().contains("made in"), run.out());
    assertEquals(
        List.of("prefill 3", "decode 2"),
        lines.stream()
            .filter(line -> line.matches("(prefill|decode) .*"))
            .map(line -> line.replaceFirst("  .*", ""))
            .toList());
    assertTrue(run.err().contains("The device \"reference\" cannot tell how long"), run.err());
  }

  @Test
  void jsonHoldsEverything() throws IOException {
    Path model = Fixtures.checkpoint("mlx-4bit-g64", folder);
    Run run = bench("--model-path", model.toString(), "--json", "--depth", "5,0", "--batch", "2,1");
    assertEquals(0, run.code(), run.err());
    assertEquals(
        List.of(
            "model",
            "random_weights",
            "parameters",
            "weight_bytes",
            "encodings",
            "device",
            "machine",
            "limits",
            "making_seconds",
            "load_seconds",
            "first_token_seconds",
            "warm_up_seconds",
            "peak_memory_bytes",
            "measurements",
            "token_traffic",
            "operations"),
        keys(run.out()));
    assertTrue(run.out().contains("\"random_weights\":false"), run.out());
    assertTrue(run.out().contains("\"limits\":null"), run.out());
    assertTrue(run.out().contains("\"share_of_read\":null"), run.out());
    String start = "{\"phase\":\"decode\",\"depth\":5,\"batch\":2,\"tokens\":2,\"round_seconds\":[";
    assertTrue(run.out().contains(start), run.out());
    assertTrue(run.out().contains("\"round_limits\":[[]],"), run.out());
    assertFalse(run.out().contains("\"cpu\":\"\""), run.out());
  }

  @Test
  void randomWeightsBelowTheLimitsOfTheMachine() throws Exception {
    Path chart = folder.resolve("chart.svg");
    String text = tiny("q4-g64+bf16-head", "--explain", "--chart", chart.toString());
    assertTrue(text.contains("(affine-4bit-g64-bf16, bf16), random, made in "), text);
    assertTrue(text.contains("limits       reads "), text);
    assertEquals(
        List.of(
            "0, batch 2 / 0, batch 1",
            "3, batch 1 / 0, batch 1",
            "3, batch 2 / 3, batch 1",
            "3, batch 2 / 0, batch 2"),
        text.lines()
            .filter(line -> line.startsWith("depth "))
            .map(
                line ->
                    line.replaceFirst(
                        "depth (.*) decodes [0-9.]+ times the tokens of depth ", "$1 / "))
            .toList());
    List<String> operations =
        text.lines().dropWhile(line -> !line.startsWith("operation ")).skip(1).toList();
    // Equal in both layers: attention and its three projections, the output, three of the MLP.
    assertEquals(8, operations.size(), text);
    assertTrue(
        operations.stream()
            .anyMatch(op -> op.matches("NormLinear +q_proj, k_proj, v_proj .* 2 .*")),
        text);
    assertTrue(
        operations.stream().anyMatch(op -> op.matches("NormLinear +embed_tokens .*bf16 +1 .*")),
        text);

    Element svg =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(
                new ByteArrayInputStream(
                    Files.readString(chart)
                        .replaceFirst("(?s)<!DOCTYPE.*?>", "")
                        .getBytes(StandardCharsets.UTF_8)))
            .getDocumentElement();
    assertEquals("svg", svg.getTagName());
    assertTrue(svg.getElementsByTagName("circle").getLength() >= 4, "a circle for each decode");
  }

  @Test
  void theSameAsJson() throws IOException {
    String json = tiny("f32", "--explain", "--json");
    assertTrue(json.contains("\"random_weights\":true"), json);
    assertTrue(json.contains("\"read_bytes_per_second\":"), json);
    assertTrue(json.contains("\"operation\":\"NormGatedLinear\""), json);
    assertEquals("operations", keys(json).getLast());
  }

  @Test
  void whatATokenSendsToAnOpenClDevice() {
    boolean isHere =
        PluginRegistry.builtIn().all(Service.DEVICE).stream()
            .filter(provider -> provider.name().equals("opencl"))
            .anyMatch(provider -> !provider.plugin().devices().devices().isEmpty());
    Assumptions.assumeTrue(isHere, "needs an OpenCL device");
    List<String> lines = tinyOn("opencl", "bf16", "--explain").lines().toList();
    assertTrue(
        lines.stream().anyMatch(line -> line.matches("NormLinear +q_proj, .* norm\\+matrix .*%")),
        lines::toString);
    // Six in each of two layers; embedding, selection, head, and two for the largest logit.
    assertTrue(
        lines
            .getLast()
            .matches(
                "A decoded token takes 17 launches, sends [0-9]+ B to the device and reads 4 B from"
                    + " it[.]"),
        lines::toString);
  }

  private static String tiny(String format, String... arguments) {
    return tinyOn("java", format, arguments);
  }

  private static String tinyOn(String device, String format, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    BenchCommand command =
        new BenchCommand(
            Console.of(new ByteArrayInputStream(new byte[0]), Run.print(out), Run.print(err)));
    new CommandLine(command).parseArgs(arguments);
    int code =
        command.bench(
            "tiny",
            TINY,
            WeightFormat.named(format),
            PLAN,
            LoadOptions.DEFAULT.withDevice(device).withThreads(1),
            PluginRegistry.builtIn());
    assertEquals(0, code);
    assertEquals("", err.toString(StandardCharsets.UTF_8));
    return out.toString(StandardCharsets.UTF_8);
  }

  private static Run bench(String... arguments) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "bench",
                "--device",
                "reference",
                "--prefill",
                "3",
                "--decode",
                "2",
                "--repeat",
                "1"));
    all.addAll(List.of(arguments));
    return Run.of(all.toArray(String[]::new));
  }

  /** Of the object itself; what is inside is read, too, and must be JSON. */
  private static List<String> keys(String json) throws IOException {
    List<String> keys = new ArrayList<>();
    try (JsonParser parser = new JsonFactory().createParser(json)) {
      int depth = 0;
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        if (token == JsonToken.FIELD_NAME && depth == 1) {
          keys.add(parser.currentName());
        }
      }
    }
    return keys;
  }
}
