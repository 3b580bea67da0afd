package dev.mobilellm.architecture.application;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.testkit.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** That every mistake gets one sentence and its exit code. */
final class ErrorsTest {

  private static final int MODEL = 1;
  private static final int USAGE = 2;

  @TempDir Path temporary;

  /** A request that makes no sense, and what the sentence must name. */
  record Mistake(List<String> arguments, List<String> named) {

    Mistake naming(String... words) {
      return new Mistake(arguments, List.of(words));
    }

    @Override
    public String toString() {
      String line = String.join(" ", arguments);
      return line.substring(0, Math.min(line.length(), 60));
    }
  }

  static List<Mistake> mistakes() {
    return List.of(
        mistake("--promt", "Hello").naming("--promt", "--prompt"),
        mistake("--prompt", "").naming("prompt"),
        mistake("--prompt", "Hello", "--temperature", "-1").naming("temperature", "-1"),
        mistake("--prompt", "Hello", "--temperature", "warm").naming("temperature", "warm"),
        mistake("--prompt", "Hello", "--top-p", "1.5").naming("top-p", "1.5"),
        mistake("--prompt", "Hello", "--device", "abacus").naming("abacus", "java"),
        mistake("--prompt", "Hello", "--device", "java", "--kv-cache", "q4").naming("q4", "q16"),
        mistake("--prompt", "Hello", "--sampler", "dice").naming("dice", "greedy"),
        mistake("--prompt", "1+".repeat(600)).naming("512"));
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void requestsThatCannotBeMeant(Mistake mistake) {
    List<String> arguments =
        Stream.concat(
                Stream.of("--model-path", Application.DEMO_MODEL.toString()),
                mistake.arguments().stream())
            .toList();

    assertNames(Application.run(arguments).assertFailed(USAGE), mistake.named());
  }

  @Test
  void noSuchFolder() {
    Path missing = temporary.resolve("nowhere");

    assertNames(generate(missing).assertFailed(MODEL), List.of(missing.toString()));
  }

  @Test
  void noConfig() {
    assertNames(
        generate(temporary).assertFailed(MODEL), List.of(temporary.toString(), "config.json"));
  }

  @Test
  void brokenConfig() throws IOException {
    Files.writeString(temporary.resolve("config.json"), "{\n  \"model_type\": ,\n}\n");

    assertNames(generate(temporary).assertFailed(MODEL), List.of("config.json", "line 2"));
  }

  @Test
  void anotherArchitecture() throws IOException {
    Path model = Fixtures.checkpoint("r1-bf16", temporary);
    Path config = model.resolve("config.json");
    Files.writeString(config, Files.readString(config).replace("llama4_text", "mamba"));

    assertNames(generate(model).assertFailed(MODEL), List.of("mamba", "llama4_text"));
  }

  @Test
  void aFileThatEndsTooEarly() throws IOException {
    Path model = Fixtures.checkpoint("r1-bf16", temporary);
    Path weights = model.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    Files.write(weights, Arrays.copyOf(bytes, bytes.length / 2));

    assertNames(generate(model).assertFailed(MODEL), List.of("model.safetensors"));
  }

  private static Application.Result generate(Path model) {
    return Application.run("--model-path", model.toString(), "--tokens", "1", "--print-tokens");
  }

  private static void assertNames(String sentence, List<String> names) {
    for (String name : names) {
      assertTrue(sentence.contains(name), () -> "no \"" + name + "\" in: " + sentence);
    }
  }

  private static Mistake mistake(String... arguments) {
    return new Mistake(List.of(arguments), List.of());
  }
}
