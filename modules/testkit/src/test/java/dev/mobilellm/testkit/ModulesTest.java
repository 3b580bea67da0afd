package dev.mobilellm.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.spi.Plugin;
import java.lang.module.ModuleFinder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModulesTest {

  private static final String SPI = "dev.mobilellm.spi";

  private static final Map<String, String> SOURCES =
      Map.of(
          "module-info.java",
          "module com.example.five { requires dev.mobilellm.spi; exports com.example.five; }",
          "com/example/five/Five.java",
          "package com.example.five; public final class Five implements dev.mobilellm.spi.Plugin {"
              + " public String name() { return \"five\"; } }");

  @TempDir private Path folder;

  @Test
  void aModuleCanBeLoadedFromItsFolderAndFromAJar() throws ReflectiveOperationException {
    Path classes = Modules.compile(SOURCES, folder.resolve("five"), Modules.path(SPI));
    Path jar = Modules.pack(classes, folder.resolve("jars/five.jar"));
    for (Path place : List.of(classes, jar)) {
      ModuleLayer boot = ModuleLayer.boot();
      ModuleLayer layer =
          boot.defineModulesWithOneLoader(
              boot.configuration()
                  .resolve(ModuleFinder.of(place), ModuleFinder.of(), Set.of("com.example.five")),
              ClassLoader.getSystemClassLoader());
      Class<?> five = layer.findLoader("com.example.five").loadClass("com.example.five.Five");
      assertEquals("five", ((Plugin) five.getConstructor().newInstance()).name());
    }
  }

  @Test
  void whatJavacSaysIsShown() {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> Modules.compile(SOURCES, folder.resolve("five"), ""));
    assertTrue(e.getMessage().contains("module not found: " + SPI), e.getMessage());
  }

  @Test
  void aModuleThatIsNotThereHasNoPlace() {
    assertTrue(Modules.location(SPI).isAbsolute());
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Modules.path(SPI, "com.example.none"));
    assertEquals("this JVM has no module com.example.none", e.getMessage());
  }
}
