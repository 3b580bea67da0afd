package dev.mobilellm.launcher.convert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.checkpoint.CheckpointFiles;
import dev.mobilellm.checkpoint.CheckpointTensors;
import dev.mobilellm.checkpoint.StorageType;
import dev.mobilellm.checkpoint.StoredTensor;
import dev.mobilellm.launcher.ExitCode;
import dev.mobilellm.launcher.Installation;
import dev.mobilellm.launcher.Run;
import dev.mobilellm.testkit.Fixtures;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo model and fixtures, converted and loaded again. */
class ConvertCommandTest {

  private static final String QUESTION = "What is 2+2?";
  private static final String ANSWER = "2+2=4.\nThe answer is \\boxed{4}.\n";

  @TempDir private Path folder;
  private Path out;

  @BeforeEach
  void place() {
    out = folder.resolve("out");
  }

  @Test
  void eightBitsAnswerAsBefore() {
    Run run = convert("--quantize", "8");
    assertEquals(0, run.code(), run.err());
    assertEquals("", run.err());
    assertTrue(run.out().startsWith(out + ": 1.5 MB, 8.5"), run.out());
    assertTrue(run.out().contains(" bits per weight; was 2.9 MB, 16.00 bits; "), run.out());
    assertEquals(ANSWER, answer(out));
    assertEquals(
        List.of(
            "chat_template.jinja",
            "config.json",
            "generation_config.json",
            "model.safetensors",
            "special_tokens_map.json",
            "tokenizer.json",
            "tokenizer_config.json"),
        names(out));
    assertEquals(List.of("out"), names(folder));
  }

  @Test
  void fourBitsLoad() {
    assertEquals(0, convert("--quantize", "4").code());
    assertFalse(answer(out).isBlank());
    Map<String, StoredTensor> tensors = tensors(out);
    assertEquals(List.of(768L, 128L * 4 / 32), tensors.get("model.embed_tokens.weight").shape());
    assertEquals(StorageType.U32, tensors.get("model.embed_tokens.weight").type());
    assertEquals(StorageType.BF16, tensors.get("model.embed_tokens.scales").type());
    assertEquals(List.of(768L, 2L), tensors.get("model.embed_tokens.biases").shape());
    assertEquals(StorageType.BF16, tensors.get("model.norm.weight").type());
    assertEquals(List.of(128L), tensors.get("model.norm.weight").shape());
  }

  @Test
  void theConfigSaysHow() throws IOException {
    convert("--quantize", "4", "--group-size", "32", "--dtype", "f16");
    String before = compact(Installation.current().demoModel());
    String object = "{\"group_size\":32,\"bits\":4,\"mode\":\"affine\"}";
    assertEquals(
        before.substring(0, before.length() - 1)
            + ",\"quantization\":%s,\"quantization_config\":%s}".formatted(object, object),
        compact(out));
    assertEquals(StorageType.F16, tensors(out).get("model.embed_tokens.scales").type());
    assertEquals(StorageType.F16, tensors(out).get("model.norm.weight").type());
  }

  @Test
  void whatGroupsDoNotDivideStaysInFloatAndIsNamed() {
    Run run = convert("--quantize", "8", "--group-size", "128", "--keep-embedding");
    assertEquals(0, run.code(), run.err());
    assertEquals(
        "mobilellm: 6 matrices stay in float, because their rows are no whole groups of 128:"
            + " model.layers.*.feed_forward.down_proj.\n",
        run.err());
    Map<String, StoredTensor> tensors = tensors(out);
    assertEquals(StorageType.BF16, tensors.get("model.embed_tokens.weight").type());
    assertFalse(tensors.containsKey("model.embed_tokens.scales"));
    assertEquals(ANSWER, answer(out));
  }

  /** To bfloat16 and back nothing is lost, because it was bfloat16 before. */
  @Test
  void floatsThereAndBack() {
    assertEquals(0, convert("--dtype", "f32").code());
    assertEquals(StorageType.F32, tensors(out).get("model.embed_tokens.weight").type());
    Path back = folder.resolve("back");
    assertEquals(0, convert(out, back, "--dtype", "bf16").code());
    Path before = Installation.current().demoModel();
    try (CheckpointTensors wanted = CheckpointTensors.open(CheckpointFiles.open(before));
        CheckpointTensors found = CheckpointTensors.open(CheckpointFiles.open(back))) {
      assertEquals(wanted.tensors().keySet(), found.tensors().keySet());
      wanted
          .tensors()
          .forEach(
              (name, tensor) -> {
                assertEquals(tensor.shape(), found.tensors().get(name).shape());
                assertEquals(-1, tensor.data().mismatch(found.tensors().get(name).data()), name);
              });
    }
  }

  /** Quantizing what was decoded from the same settings gives the same again, with wide scales. */
  @Test
  void quantizedToFloatAndAnew() throws IOException {
    assertEquals(0, convert("--quantize", "4", "--dtype", "f32").code());
    Path floats = folder.resolve("floats");
    assertEquals(0, convert(out, floats, "--dtype", "f32").code());
    assertFalse(compact(floats).contains("quantization"));
    assertEquals(answer(out), answer(floats));
    Path anew = folder.resolve("anew");
    assertEquals(0, convert(floats, anew, "--quantize", "8").code());
    assertEquals(answer(out), answer(anew));
    Path directly = folder.resolve("directly");
    assertEquals(0, convert(out, directly, "--quantize", "8").code());
    assertEquals(tensors(anew).keySet(), tensors(directly).keySet());
    assertEquals(compact(anew), compact(directly));
    assertEquals(answer(anew), answer(directly));
  }

  @Test
  void quantizedByMlxToFloat() {
    for (String name : List.of("mlx-4bit-g64", "mlx-mixed", "mlx-8bit-g32")) {
      Path model = Fixtures.checkpoint(name, folder);
      Path floats = folder.resolve(name + "-f32");
      assertEquals(0, convert(model, floats, "--dtype", "f32").code());
      assertEquals(tokens(model), tokens(floats), name);
    }
  }

  @Test
  void shardsAndOtherTypes() {
    for (String name : List.of("r1-f32-sharded", "f16-untied-bias-noqknorm", "dual-branch-mlp")) {
      Path model = Fixtures.checkpoint(name, folder);
      Path eight = folder.resolve(name + "-8");
      Run run = convert(model, eight, "--quantize", "8", "--group-size", "32");
      assertEquals(0, run.code(), run.err());
      assertEquals(8, tokens(eight).split(",").length, name);
    }
  }

  private Run convert(String... flags) {
    return Run.of(
        Stream.concat(Stream.of("convert", "--out", out.toString()), Stream.of(flags))
            .toArray(String[]::new));
  }

  private static Run convert(Path model, Path out, String... flags) {
    return Run.of(
        Stream.concat(
                Stream.of("convert", "--model-path", model.toString(), "--out", out.toString()),
                Stream.of(flags))
            .toArray(String[]::new));
  }

  private static String answer(Path model) {
    Run run =
        Run.of(
            "--model-path",
            model.toString(),
            "--prompt",
            QUESTION,
            "--temperature",
            "0",
            "--max-tokens",
            "40");
    assertEquals(ExitCode.OK, run.code(), run.err());
    return run.out();
  }

  private static String tokens(Path model) {
    Run run =
        Run.of(
            "--model-path",
            model.toString(),
            "--tokens",
            "1,9,20,33",
            "--print-tokens",
            "--temperature",
            "0",
            "--ignore-eos",
            "--max-tokens",
            "8");
    assertEquals(ExitCode.OK, run.code(), run.err());
    return run.out();
  }

  private static Map<String, StoredTensor> tensors(Path model) {
    try (CheckpointTensors tensors = CheckpointTensors.open(CheckpointFiles.open(model))) {
      return tensors.tensors();
    }
  }

  private static String compact(Path model) throws IOException {
    return Files.readString(model.resolve("config.json")).replaceAll("\\s", "");
  }

  private static List<String> names(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
