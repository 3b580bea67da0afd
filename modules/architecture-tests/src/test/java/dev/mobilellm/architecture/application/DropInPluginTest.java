package dev.mobilellm.architecture.application;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.architecture.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That a jar of somebody else is found, used, and cannot do harm by being broken. */
final class DropInPluginTest {

  private static final Map<String, String> STUBBORN =
      Map.of(
          "module-info.java",
          """
          module com.example.stubborn {
            requires dev.mobilellm.spi;
            provides dev.mobilellm.spi.sampling.SamplerProvider with com.example.stubborn.Stubborn;
          }
          """,
          "com/example/stubborn/Stubborn.java",
          """
          package com.example.stubborn;

          import dev.mobilellm.spi.Match;
          import dev.mobilellm.spi.sampling.*;

          public final class Stubborn implements SamplerProvider {
            @Override public String name() { return "stubborn"; }
            @Override public Match matches(SamplingOptions options) { return Match.no("by name only"); }
            @Override public Sampler create(SamplingOptions options) { return (candidates, random) -> 42; }
          }
          """);

  @TempDir Path temporary;
  private Path plugins;

  @BeforeEach
  void makePluginsFolder() throws IOException {
    plugins = Files.createDirectory(temporary.resolve("plugins"));
  }

  @Test
  void isUsed() throws IOException {
    PluginJar.make(plugins.resolve("stubborn.jar"), STUBBORN, temporary);

    Application.Result result = generate("--sampler", "stubborn", "--max-tokens", "3");

    assertEquals(List.of("42", "42", "42"), integers(result.assertQuiet().out()));
  }

  @Test
  void isListedWithItsModule() throws IOException {
    PluginJar.make(plugins.resolve("stubborn.jar"), STUBBORN, temporary);

    String out = Application.run("plugins", "--plugins", plugins.toString()).assertQuiet().out();

    assertTrue(
        out.lines()
            .anyMatch(line -> line.contains("stubborn") && line.contains("com.example.stubborn")),
        out);
  }

  @Test
  void itsNameIsSuggestedWhereItIsMistyped() throws IOException {
    PluginJar.make(plugins.resolve("stubborn.jar"), STUBBORN, temporary);

    String sentence = generate("--sampler", "stubbron").assertFailed(2);

    assertTrue(sentence.contains("stubborn"), sentence);
  }

  @Test
  void theExampleOfTheGuideWorks() throws IOException {
    List<String> blocks = javaBlocks(Repository.ROOT.resolve("docs/writing-a-plugin.md"));
    PluginJar.make(
        plugins.resolve("second-best.jar"),
        Map.of("com/example/SecondBest.java", blocks.get(0), "module-info.java", blocks.get(1)),
        temporary);

    Application.Result result =
        Application.run(
            "--model-path",
            Application.DEMO_MODEL.toString(),
            "--plugins",
            plugins.toString(),
            "--sampler",
            "second-best",
            "--prompt",
            "What is 2+2?",
            "--seed",
            "1",
            "--max-tokens",
            "20");

    assertFalse(result.assertQuiet().out().isBlank(), result::toString);
  }

  @Test
  void aBrokenJarIsNamedAndTheOthersWork() throws IOException {
    PluginJar.make(plugins.resolve("stubborn.jar"), STUBBORN, temporary);
    byte[] jar = Files.readAllBytes(plugins.resolve("stubborn.jar"));
    Files.write(plugins.resolve("half.jar"), Arrays.copyOf(jar, jar.length / 2));

    Application.Result result = generate("--sampler", "stubborn", "--max-tokens", "2");

    assertEquals(List.of("42", "42"), integers(result.assertSucceeded().out()));
    assertEquals(1, result.errorLines().size(), result::toString);
    assertTrue(result.err().contains("half.jar"), result::toString);
    result.assertNoStackTrace();
  }

  private Application.Result generate(String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--model-path",
                Application.DEMO_MODEL.toString(),
                "--plugins",
                plugins.toString(),
                "--tokens",
                "761,17",
                "--print-tokens"));
    arguments.addAll(List.of(more));
    return Application.run(arguments);
  }

  private static List<String> integers(String text) {
    return Pattern.compile("\\d+").matcher(text).results().map(MatchResult::group).toList();
  }

  private static List<String> javaBlocks(Path document) throws IOException {
    Matcher matcher =
        Pattern.compile("(?ms)^```java\n(.*?)^```").matcher(Files.readString(document));
    return matcher.results().map(block -> block.group(1)).toList();
  }
}
