package dev.mobilellm.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.runtime.plugins.Found;
import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.runtime.plugins.Service;
import dev.mobilellm.testkit.Fixtures;
import java.io.IOException;
import java.lang.classfile.AccessFlags;
import java.lang.classfile.ClassFile;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Whatever is wrong with a jar is one line that names it; the plugin beside it works. */
class PluginFaultsTest {

  private static final String KERNELS = "dev.mobilellm.kernels.java";

  @TempDir private Path work;
  private Path plugins;
  private PluginJars jars;

  @BeforeEach
  void aGoodPlugin() throws IOException {
    plugins = Files.createDirectory(work.resolve("plugins"));
    jars = new PluginJars(work);
    jars.sampler(plugins.resolve("good.jar"), "com.example.good", "good", text -> text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"99.1", "0.99"})
  void anotherMajorOrNewerMinorSpi(String version) throws IOException {
    Path jar = compiledAgainst(version);
    assertLeftOut(jar, "compiled against version " + version + " of dev.mobilellm.spi", "has 0.");
  }

  @Test
  void anOlderMinorSpiIsFine() throws IOException {
    compiledAgainst("0.0");
    assertEquals(List.of(), registry().problems());
  }

  @Test
  void anotherVersionOfADevicesSpi() throws IOException {
    Path future =
        jars.jar(
            work.resolve("future/kernels.jar"),
            Map.of(
                "module-info.java",
                "module %1$s { exports %1$s.spi; }".formatted(KERNELS),
                "JavaKernelProvider.java",
                "package %s.spi; public interface JavaKernelProvider {}".formatted(KERNELS)),
            List.of(),
            "--module-version",
            "7.0");
    Path jar =
        jars.jar(
            plugins.resolve("kernel.jar"),
            Map.of(
                "module-info.java",
                kernelDescriptor("com.example.kernel"),
                "Kernels.java",
                "package com.example.kernel; public final class Kernels implements"
                    + " %s.spi.JavaKernelProvider {}".formatted(KERNELS)),
            List.of(future));
    assertLeftOut(jar, "compiled against version 7.0 of " + KERNELS);
  }

  @Test
  void aNameThatAnotherJarHas() throws IOException {
    Path jar = jars.sampler(plugins.resolve("twin.jar"), "com.example.twin", "good", text -> text);
    String line = assertOneLine();
    assertTrue(line.contains("two plugins \"good\" for sampler"), line);
    assertTrue(
        line.contains("com.example.good in " + plugins.resolve("good.jar") + " stays"), line);
    assertTrue(line.contains("com.example.twin in " + jar + " is left out"), line);
  }

  @Test
  void equalPrioritiesThatBothFit() throws IOException {
    for (String name : List.of("heads", "tails")) {
      jars.sampler(
          plugins.resolve(name + ".jar"),
          "com.example." + name,
          name,
          text ->
              text.replace("Match.no(", "Match.yes(")
                  .replace("{\n", "{\n  public int priority() { return 500; }\n"));
    }
    Run tie = generate();
    assertEquals(ExitCode.MODEL, tie.code(), tie.err());
    assertEquals(1, tie.err().lines().count(), tie.err());
    for (String jar : List.of("heads.jar", "tails.jar")) {
      assertTrue(tie.err().contains(plugins.resolve(jar).toString()), tie.err());
    }
    assertEquals("0,0\n", generate("--sampler", "tails").out());
    assertEquals("0,0\n", generate("--sampler", "good").out());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "public Fixed() { throw new IllegalStateException(\"no luck\"); }",
        "public Fixed() { throw new AssertionError(\"no luck\"); }",
        "static { if (true) throw new IllegalStateException(\"no luck\"); }",
      })
  void aProviderThatCannotBeMade(String member) throws IOException {
    Path jar = withMember("unlucky", member);
    assertLeftOut(jar, "com.example.unlucky.Fixed", "no luck");
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "String.valueOf(Integer.parseInt(\"x\"))"})
  void aProviderWithoutName(String name) throws IOException {
    Path jar =
        jars.sampler(
            plugins.resolve("nameless.jar"),
            "com.example.nameless",
            "x",
            text -> text.replace("\"x\"", name));
    assertLeftOut(jar, "com.example.nameless.Fixed cannot be made");
  }

  @Test
  void aClassThatIsNotPublic() throws IOException {
    Path jar = jars.sampler(plugins.resolve("shy.jar"), "com.example.shy", "shy", text -> text);
    try (FileSystem zip = FileSystems.newFileSystem(jar)) {
      Path file = zip.getPath("com/example/shy/Fixed.class");
      ClassFile classes = ClassFile.of();
      byte[] hidden =
          classes.transformClass(
              classes.parse(Files.readAllBytes(file)),
              (builder, element) -> {
                if (element instanceof AccessFlags flags) {
                  builder.withFlags(flags.flagsMask() & ~ClassFile.ACC_PUBLIC);
                } else {
                  builder.with(element);
                }
              });
      Files.write(file, hidden);
    }
    assertLeftOut(jar, "com.example.shy.Fixed", "public");
  }

  @Test
  void aBrokenProviderLeavesTheOthersOfItsJar() throws IOException {
    jars.jar(
        plugins.resolve("half.jar"),
        Map.of(
            "module-info.java",
            PluginJars.descriptor("com.example.half", "com.example.half", "")
                .replace("with ", "with com.example.half.Broken, "),
            "Broken.java",
            PluginJars.sampler("com.example.half", "broken", 0)
                .replace("class Fixed", "class Broken")
                .replace("{\n", "{\n public Broken() { throw new IllegalStateException(); }\n"),
            "Fixed.java",
            PluginJars.sampler("com.example.half", "whole", 0)),
        List.of());
    assertOneLine();
    assertTrue(registry().find(Service.SAMPLER, "whole").isPresent());
  }

  @Test
  void aPackageThatIsSplit() throws IOException {
    Path folder = plugins.resolve("split");
    for (String name : List.of("one", "two")) {
      jars.jar(
          folder.resolve(name + ".jar"),
          Map.of(
              "module-info.java",
              PluginJars.descriptor("com.example." + name, "com.example.shared", ""),
              "Fixed.java",
              PluginJars.sampler("com.example.shared", name, 0)),
          List.of());
    }
    assertLeftOut(folder, "the package com.example.shared is in both one.jar and two.jar");
  }

  @Test
  void aModuleOfTheApplication() throws IOException {
    Path jar =
        jars.jar(
            plugins.resolve("own.jar"),
            Map.of("module-info.java", "module dev.mobilellm.spi { }"),
            List.of(),
            "--module-version",
            "0.1");
    assertLeftOut(jar, "it is a part of this application");
  }

  @Test
  void aMissingModule() throws IOException {
    Path library =
        jars.jar(
            work.resolve("library.jar"),
            Map.of("module-info.java", "module com.example.library { }"),
            List.of());
    Path jar =
        jars.jar(
            plugins.resolve("needy.jar"),
            Map.of(
                "module-info.java",
                PluginJars.descriptor(
                    "com.example.needy", "com.example.needy", "requires com.example.library;"),
                "Fixed.java",
                PluginJars.sampler("com.example.needy", "needy", 0)),
            List.of(library));
    assertLeftOut(jar, "com.example.library not found, required by com.example.needy");
  }

  @Test
  void nativeAccessIsForThoseThatTheUserNamed() throws IOException {
    Path jar = nativePlugin("pointers");
    nativePlugin("stranger");
    List<String> problems = registry().problems();
    assertEquals(2, problems.size(), problems.toString());
    assertEquals(
        "The plugin %s is left out: it needs native access (com.example.pointers.Fixed calls MemorySegment.reinterpret); if you trust it, start with --enable-native pointers."
            .formatted(jar),
        problems.getFirst());

    for (String name : List.of("pointers", "pointers.jar", "com.example.pointers")) {
      PluginRegistry registry = registry("--enable-native", name);
      Found<?> found = registry.find(Service.SAMPLER, "pointers").orElseThrow();
      assertTrue(found.provenance().nativeAccess(), name);
      assertEquals(Optional.empty(), registry.find(Service.SAMPLER, "stranger"));
      assertFalse(registry.find(Service.SAMPLER, "good").orElseThrow().provenance().nativeAccess());
    }
    Run run = generate("--enable-native", "pointers", "--sampler", "pointers");
    assertEquals("0,0\n", run.out(), run.err());

    Run unknown = generate("--enable-native", "pointer");
    assertEquals(ExitCode.USAGE, unknown.code());
    assertTrue(
        unknown.err().contains("\"pointer\", but the third-party plugins are: good, pointers"),
        unknown.err());
  }

  @Test
  void aBrokenPluginMayBeNamed() throws IOException {
    Path jar = Files.writeString(plugins.resolve("broken.jar"), "broken");
    List<String> problems = registry("--enable-native", "broken").problems();
    assertTrue(problems.getFirst().startsWith("The plugin " + jar + " is left out: "));
  }

  @Test
  void nativeMethodsAreNativeAccess() throws IOException {
    Path jar = withMember("foreign", "native int answer();");
    assertLeftOut(jar, "com.example.foreign.Fixed has the native method answer");
  }

  @Test
  void aKernelIsListedAndABrokenOneKeptFromTheDevice() throws IOException {
    int layers = registry().layers().size();
    kernel("quick", "");
    PluginRegistry registry = registry();
    Service<?> service = registry.services().getLast();
    assertEquals("java-kernel", service.label());
    assertEquals(List.of("quick"), registry.all(service).stream().map(Found::name).toList());
    assertEquals(layers + 1, registry.layers().size());

    Path broken = kernel("slow", "public Kernels() { throw new IllegalStateException(\"late\"); }");
    assertLeftOut(broken, "java-kernel", "com.example.slow.Kernels", "late");
    assertEquals(layers + 1, registry().layers().size());
    assertEquals("0,0\n", generate("--sampler", "good", "--device", "java").out());
  }

  /** A plugin that needs no more than the interface {@code Plugin}. */
  private Path compiledAgainst(String spiVersion) throws IOException {
    Path spi =
        jars.jar(
            work.resolve(spiVersion + "/spi.jar"),
            Map.of(
                "module-info.java",
                "module dev.mobilellm.spi { exports dev.mobilellm.spi; }",
                "Plugin.java",
                "package dev.mobilellm.spi; public interface Plugin { String name(); }"),
            List.of(),
            "--module-version",
            spiVersion);
    return jars.jar(
        plugins.resolve("other.jar"),
        Map.of(
            "module-info.java",
            "module com.example.other { requires dev.mobilellm.spi; provides"
                + " dev.mobilellm.spi.Plugin with com.example.other.Other; }",
            "Other.java",
            "package com.example.other; public final class Other implements"
                + " dev.mobilellm.spi.Plugin { public String name() { return \"other\"; } }"),
        List.of(spi),
        "--module-version",
        "1");
  }

  private Path withMember(String name, String member) throws IOException {
    return jars.sampler(
        plugins.resolve(name + ".jar"),
        "com.example." + name,
        name,
        text -> text.replaceFirst("\\{\n", "{\n  " + member + "\n"));
  }

  private Path nativePlugin(String name) throws IOException {
    return jars.sampler(
        plugins.resolve(name + ".jar"),
        "com.example." + name,
        name,
        text ->
            text.replace(
                "-> 0",
                "-> (int) java.lang.foreign.MemorySegment.ofAddress(8).reinterpret(8).byteSize()"
                    + " - 8"));
  }

  private Path kernel(String name, String member) throws IOException {
    String module = "com.example." + name;
    return jars.jar(
        plugins.resolve(name + ".jar"),
        Map.of(
            "module-info.java",
            kernelDescriptor(module),
            "Kernels.java",
            """
            package %s;
            import dev.mobilellm.kernels.java.spi.*;
            import dev.mobilellm.spi.graph.Op;
            public final class Kernels implements JavaKernelProvider {
              %s
              public String name() { return "%s"; }
              public boolean supports(Op op) { return false; }
              public JavaKernel bind(Op op, KernelContext context) { return null; }
            }
            """
                .formatted(module, member, name)),
        List.of(PluginJars.location(KERNELS)));
  }

  private static String kernelDescriptor(String module) {
    return "module %1$s { requires %2$s; provides %2$s.spi.JavaKernelProvider with %1$s.Kernels; }"
        .formatted(module, KERNELS);
  }

  /** The registry of a run with these flags. */
  private PluginRegistry registry(String... flags) {
    PluginOptions options = CommandLine.populateCommand(new PluginOptions(), flags);
    return options.registry(new Installation(work, work.resolve("home")));
  }

  private Run generate(String... more) {
    return Run.of(
        Stream.concat(
                Stream.of(
                    "--plugins",
                    plugins.toString(),
                    "--model-path",
                    Fixtures.checkpoint("r1-bf16", work).toString(),
                    "--tokens",
                    "1,2,3",
                    "--max-tokens",
                    "2",
                    "--ignore-eos",
                    "--print-tokens"),
                Stream.of(more))
            .toArray(String[]::new));
  }

  private void assertLeftOut(Path plugin, String... reasons) {
    String line = assertOneLine();
    assertTrue(line.contains(plugin.toString() + " is left out: "), line);
    for (String reason : reasons) {
      assertTrue(line.contains(reason), line);
    }
  }

  private String assertOneLine() {
    PluginRegistry registry = registry();
    assertTrue(registry.find(Service.SAMPLER, "good").isPresent(), "the plugin beside it");
    assertTrue(registry.find(Service.SAMPLER, "greedy").isPresent(), "built-in plugins");
    assertEquals(1, registry.problems().size(), registry.problems().toString());
    String line = registry.problems().getFirst();
    assertTrue(line.endsWith(".") && !line.endsWith("..") && line.lines().count() == 1, line);
    return line;
  }
}
