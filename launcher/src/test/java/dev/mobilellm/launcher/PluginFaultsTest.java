package dev.mobilellm.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.runtime.plugins.Service;
import java.io.IOException;
import java.lang.classfile.AccessFlags;
import java.lang.classfile.ClassFile;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is wrong with a jar is one line that names it; the plugin beside it works. */
class PluginFaultsTest extends BesideAGoodPlugin {

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
}
