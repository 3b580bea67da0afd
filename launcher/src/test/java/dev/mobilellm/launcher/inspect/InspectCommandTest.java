package dev.mobilellm.launcher.inspect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.mobilellm.launcher.Console;
import dev.mobilellm.launcher.ExitCode;
import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.UsageException;
import dev.mobilellm.testkit.Fixtures;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class InspectCommandTest {

  @TempDir private Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @Test
  void aModelIsDescribed() {
    assertEquals(ExitCode.OK, inspect(Fixtures.checkpoint("nope-tempered-chunked", folder)));
    assertLines(
        "  architecture  Llama4ForCausalLM",
        "  output head   the embedding (tied)",
        "  attention    all layers: gqa (self_attn has q_proj, k_proj, v_proj and o_proj)",
        "  MLP          all layers: gated (feed_forward has gate_proj, up_proj and down_proj)",
        "  heads        all layers: 4 over 2 of keys and values, each 16 wide",
        "  RoPE         layers 0-2; not in 3",
        "  QK-norm      layers 0-2; not in 3",
        "  chunks       layers 0-2: 16 positions",
        "               layer 3: none",
        "               layer 3: tuned, floor_scale 8.0, attn_scale 0.1",
        "  attention       49.2k   30.7%       16  196.6 kB        32.00",
        "  all, f32       160.3k  100.0%       38  641.3 kB        32.00",
        "  end tokens  2, 3",
        "  weights, mapped                         641.3 kB",
        "Tensors: 38 expected, all as expected",
        "  model.embed_tokens.weight                       [192, 64]  f32",
        "  model.layers.*.self_attn.k_proj.weight          [32, 64]   f32  layers 0-3  x4");
    assertTrue(text().contains("\n  keys and values of 256 tokens, f32/q16  "), text());
    assertFalse(text().contains("Problems"));
  }

  @Test
  void eachTensorMayHaveItsLine() {
    inspect(Fixtures.checkpoint("mlx-mixed", folder), "--tensors", "--context", "1000");
    assertLines(
        "  model.layers.2.self_attn.o_proj.weight          [64, 64]   affine-2bit-g32-bf16",
        "  model.layers.3.self_attn.o_proj.weight          [64, 64]   bf16");
    assertTrue(text().contains("\n  keys and values of 1000 tokens, f32/q16  "), text());
    assertTrue(text().contains("\nEncodings\n"));
  }

  @Test
  void whatIsWrongIsListed() throws IOException {
    Path checkpoint = Fixtures.checkpoint("r1-bf16", folder);
    replace(
        checkpoint, "model.safetensors", "layers.1.self_attn.k_proj", "layers.1.self_attn.k_prox");
    assertEquals(ExitCode.MODEL, inspect(checkpoint));
    assertTrue(text().startsWith(checkpoint + ": would not load\n"));
    assertLines(
        "  attention    layers 0, 2, 3: gqa (self_attn has q_proj, k_proj, v_proj and o_proj)",
        "               layer 1: none fits",
        "Tensors: 38 expected, 37 as expected",
        "  model.layers.1.self_attn.k_proj.weight          [32, 64]   -                        "
            + " MISSING",
        "Tensors that nothing asked for",
        "  model.layers.1.self_attn.k_prox.weight",
        "  model.layers.1.self_attn.k_proj.weight is missing; it should be [32, 64].");
  }

  @Test
  void layersWithoutFactsAreUnknown() throws IOException {
    Path checkpoint = Fixtures.checkpoint("r1-bf16", folder);
    replace(
        checkpoint, "model.safetensors", "layers.0.self_attn.k_proj", "layers.0.self_attn.k_prox");
    assertEquals(ExitCode.MODEL, inspect(checkpoint));
    assertLines("  RoPE         layers 1-3; unknown in 0", "  heads        layer 0: unknown");
  }

  @Test
  void valuesThatAreNoNumbersAreNamed() throws IOException {
    Path checkpoint = Fixtures.checkpoint("r1-bf16", folder);
    Path file = checkpoint.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    // The last weight of the file becomes a NaN in bf16.
    bytes[bytes.length - 2] = (byte) 0xc0;
    bytes[bytes.length - 1] = 0x7f;
    Files.write(file, bytes);
    assertEquals(ExitCode.OK, inspect(checkpoint));
    out.reset();
    assertEquals(ExitCode.MODEL, inspect(checkpoint, "--check-values"));
    assertLines(
        "  model.norm.weight holds 1 values that are NaN or infinite, the first in row 0, column"
            + " 63.");
    out.reset();
    assertEquals(ExitCode.MODEL, inspect(checkpoint, "--check-values", "--json"));
    assertEquals("1", json().get("/tensors/37/not_finite"));
    assertEquals("0", json().get("/tensors/36/not_finite"));
  }

  @Test
  void programsGetTheSame() throws IOException {
    inspect(
        Fixtures.checkpoint("f16-untied-bias-noqknorm", folder),
        "--json",
        "--context",
        "4096,100",
        "--kv-cache",
        "f16");
    Map<String, String> json = json();
    assertEquals("true", json.get("/loads"));
    assertEquals("false", json.get("/tied_head"));
    assertEquals("llama4_text", json.get("/config/model_type"));
    assertEquals("16.0", json.get("/weights/bits_per_weight"));
    assertEquals("12288", json.get("/weights/parts/head/parameters"));
    assertEquals("safetensors", json.get("/weights/provider/name"));
    assertEquals("gated", json.get("/layers/3/mlp/name"));
    assertEquals("false", json.get("/layers/3/qk_norm"));
    assertEquals("true", json.get("/layers/3/rope"));
    assertEquals("java", json.get("/memory/device"));
    assertEquals("100", json.get("/memory/conversations/0/context"));
    assertEquals("4096", json.get("/memory/conversations/1/context"));
    assertEquals("f16", json.get("/memory/conversations/1/kv_cache_type"));
    // 4 layers of keys and values of 2 heads, 16 wide; devices may round heads up.
    long cache = Long.parseLong(json.get("/memory/conversations/1/kv_cache"));
    assertTrue(cache >= 4L * 2 * 2 * 16 * 2 * 4096, cache + " bytes");
    assertEquals(
        String.valueOf(cache + Long.parseLong(json.get("/memory/weights"))),
        json.get("/memory/conversations/1/total"));
    long shorter = Long.parseLong(json.get("/memory/conversations/0/kv_cache"));
    assertEquals(cache, 16 * shorter, "pages of 256");
    assertEquals("fine", json.get("/tensors/0/status"));
    assertEquals("192", json.get("/tensors/0/expected/0"));
    assertEquals("null", json.get("/tokenizer"));
    assertEquals("2", json.get("/eos_tokens/0/id"));
  }

  @Test
  void whatCannotBeLookedIntoIsStillJson() throws IOException {
    Path nowhere = folder.resolve("nowhere");
    assertThrows(ModelException.class, () -> inspect(nowhere));
    assertEquals(ExitCode.MODEL, inspect(nowhere, "--json"));
    assertEquals("false", json().get("/loads"));
    assertTrue(json().get("/problems/0").startsWith("There is no folder"));
  }

  @Test
  void contradictingFlagsAreRefused() {
    InspectCommand command = new InspectCommand(console());
    new CommandLine(command).parseArgs("a", "--model-path", "b");
    assertThrows(UsageException.class, command::call);
    new CommandLine(command).parseArgs("a", "--context", "100,0");
    assertThrows(UsageException.class, command::call);
  }

  private int inspect(Path checkpoint, String... arguments) {
    InspectCommand command = new InspectCommand(console());
    new CommandLine(command).parseArgs(arguments);
    return command.inspect(checkpoint, PluginRegistry.builtIn());
  }

  private Console console() {
    PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
    return Console.of(InputStream.nullInputStream(), stream, stream);
  }

  private String text() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private void assertLines(String... lines) {
    for (String line : lines) {
      assertTrue(Arrays.asList(text().split("\n")).contains(line), line + "\nis not in\n" + text());
    }
  }

  /** Every single value of the output by its path. */
  private Map<String, String> json() throws IOException {
    Map<String, String> values = new LinkedHashMap<>();
    try (JsonParser parser = new JsonFactory().createParser(text())) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token.isScalarValue()) {
          values.put(parser.getParsingContext().pathAsPointer().toString(), parser.getText());
        }
      }
    }
    return values;
  }

  private static void replace(Path checkpoint, String file, String from, String to)
      throws IOException {
    Path path = checkpoint.resolve(file);
    String text = Files.readString(path, StandardCharsets.ISO_8859_1);
    assertTrue(text.contains(from), from);
    Files.writeString(path, text.replace(from, to), StandardCharsets.ISO_8859_1);
  }
}
