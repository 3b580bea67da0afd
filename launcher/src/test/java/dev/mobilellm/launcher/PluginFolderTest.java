package dev.mobilellm.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.runtime.plugins.PluginLayer;
import dev.mobilellm.testkit.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Third-party jars: what is fine serves, what is not is one line that names the jar. */
class PluginFolderTest {

  @TempDir private Path work;
  private Path plugins;
  private PluginJars jars;

  @BeforeEach
  void folders() throws IOException {
    plugins = Files.createDirectory(work.resolve("plugins"));
    jars = new PluginJars(work);
  }

  @Test
  void aJarServes() throws IOException {
    plugin("fixed.jar", "com.example.fixed", "fixed", 7);
    assertEquals("7,7,7\n", generate("fixed").out());
  }

  @Test
  void twoJarsMayHaveTheSamePackagesAndModuleName() throws IOException {
    plugin("one.jar", "com.example.fixed", "one", 1);
    plugin("two.jar", "com.example.fixed", "two", 2);
    assertEquals("1,1,1\n", generate("one").out());
    assertEquals("2,2,2\n", generate("two").out());
  }

  @Test
  void aFolderHoldsAPluginAndItsLibrary() throws IOException {
    Path folder = plugins.resolve("with-library");
    Path library =
        jars.jar(
            folder.resolve("library.jar"),
            Map.of(
                "module-info.java",
                "module com.example.library { exports com.example.library; }",
                "Five.java",
                "package com.example.library; public final class Five { public static int"
                    + " five() { return 5; } }"),
            List.of());
    jars.jar(
        folder.resolve("plugin.jar"),
        Map.of(
            "module-info.java",
            PluginJars.descriptor(
                "com.example.user", "com.example.user", "requires com.example.library;"),
            "Fixed.java",
            PluginJars.sampler("com.example.user", "five", 0)
                .replace("-> 0", "-> com.example.library.Five.five()")),
        List.of(library));
    assertEquals("5,5,5\n", generate("five").out());
    Files.delete(library);
    assertLeftOut("with-library", "com.example.library not found, required by com.example.user");
  }

  @Test
  void aHalfWrittenJarLeavesTheOthersAlone() throws IOException {
    plugin("good.jar", "com.example.good", "good", 3);
    Path half = plugin("half.jar", "com.example.half", "half", 4);
    byte[] bytes = Files.readAllBytes(half);
    Files.write(half, Arrays.copyOf(bytes, bytes.length / 2));
    Run run = generate("good");
    assertEquals("3,3,3\n", run.out());
    assertTrue(run.err().startsWith("mobilellm: The plugin " + half + " is left out: "), run.err());
    assertEquals(1, run.err().lines().count(), run.err());
  }

  @Test
  void aDamagedClassLeavesTheOthersAlone() throws IOException {
    plugin("good.jar", "com.example.good", "good", 3);
    Path folder = Files.createDirectories(work.resolve("damaged/com/example/good"));
    Files.write(folder.resolve("Fixed.class"), new byte[] {1, 2, 3});
    Path bad = plugin("bad.jar", "com.example.good", "bad", 4);
    java.util.spi.ToolProvider.findFirst("jar")
        .orElseThrow()
        .run(
            System.out,
            System.err,
            "--update",
            "--file",
            bad.toString(),
            "-C",
            work.resolve("damaged").toString(),
            ".");
    Run run = generate("good");
    assertEquals("3,3,3\n", run.out());
    assertTrue(run.err().contains(bad.toString()), run.err());
    assertEquals(1, run.err().lines().count(), run.err());
  }

  @Test
  void aJarThatIsNoModule() throws IOException {
    jars.jar(
        plugins.resolve("plain.jar"),
        Map.of("Fixed.java", PluginJars.sampler("com.example.plain", "plain", 1)),
        List.of(),
        "--add-modules=dev.mobilellm.spi");
    assertLeftOut("plain.jar", "it is no module");
  }

  @Test
  void aModuleThatProvidesNothing() throws IOException {
    jars.jar(
        plugins.resolve("idle.jar"),
        Map.of("module-info.java", "module com.example.idle { requires dev.mobilellm.spi; }"),
        List.of());
    assertLeftOut("idle.jar", "its module-info provides no service of dev.mobilellm.spi");
  }

  @Test
  void anotherMajorVersionOfTheSpiIsRefused() throws IOException {
    Path future =
        jars.jar(
            work.resolve("future/spi.jar"),
            Map.of(
                "module-info.java",
                "module dev.mobilellm.spi { exports dev.mobilellm.spi; }",
                "Plugin.java",
                "package dev.mobilellm.spi; public interface Plugin {}"),
            List.of(),
            "--module-version",
            "99.1");
    jars.jar(
        plugins.resolve("future.jar"),
        Map.of(
            "module-info.java",
            "module com.example.future { requires dev.mobilellm.spi; provides"
                + " dev.mobilellm.spi.Plugin with com.example.future.Later; }",
            "Later.java",
            "package com.example.future; public final class Later implements"
                + " dev.mobilellm.spi.Plugin {}"),
        List.of(future),
        "--module-version",
        "1");
    assertLeftOut(
        "future.jar",
        "compiled against version 99.1 of dev.mobilellm.spi, but this application has");
  }

  @Test
  void otherFilesAreNoPlugins() throws IOException {
    Files.writeString(plugins.resolve("README.txt"), "hello");
    Files.createDirectory(plugins.resolve("empty"));
    List<String> problems = new ArrayList<>();
    assertEquals(
        List.of(), new PluginFolder(plugins).layers(new NativeGrants(List.of()), problems::add));
    assertEquals(List.of(), problems);
  }

  private Path plugin(String jar, String module, String name, int token) throws IOException {
    return jars.jar(
        plugins.resolve(jar),
        Map.of(
            "module-info.java", PluginJars.descriptor(module, module, ""),
            "Fixed.java", PluginJars.sampler(module, name, token)),
        List.of());
  }

  /** Three tokens of a small checkpoint with this sampler. */
  private Run generate(String sampler) {
    return Run.of(
        "--plugins",
        plugins.toString(),
        "--sampler",
        sampler,
        "--model-path",
        Fixtures.checkpoint("r1-bf16", work).toString(),
        "--device",
        "reference",
        "--tokens",
        "1,2,3",
        "--max-tokens",
        "3",
        "--ignore-eos",
        "--print-tokens");
  }

  private void assertLeftOut(String jar, String reason) {
    List<String> problems = new ArrayList<>();
    List<PluginLayer> layers =
        new PluginFolder(plugins).layers(new NativeGrants(List.of()), problems::add);
    assertEquals(List.of(), layers);
    assertEquals(1, problems.size(), problems.toString());
    assertTrue(
        problems.getFirst().startsWith("The plugin " + plugins.resolve(jar) + " is left out: "),
        problems.toString());
    assertTrue(problems.getFirst().contains(reason), problems.toString());
  }
}
