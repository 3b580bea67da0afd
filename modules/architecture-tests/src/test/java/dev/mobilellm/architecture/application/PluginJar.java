package dev.mobilellm.architecture.application;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.architecture.Repository;
import dev.mobilellm.testkit.Modules;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Makes a jar as the author of a plugin does: with a compiler and the SPI's jar, nothing else. */
final class PluginJar {

  private PluginJar() {}

  /**
   * Compiles and packs.
   *
   * @param jar the file to write; its folder is made
   * @param sources text by path, {@code module-info.java} among them
   * @param work an empty folder for what comes between
   */
  static void make(Path jar, Map<String, String> sources, Path work) {
    Modules.pack(Modules.compile(sources, work.resolve("classes"), spi().toString()), jar);
  }

  private static Path spi() {
    Path jar =
        Repository.ROOT.resolve(
            "modules/spi/target/mobilellm-spi-" + Repository.version() + ".jar");
    assertTrue(
        Files.isRegularFile(jar),
        () -> "There is no " + jar + "; run \"mvn verify\" in " + Repository.ROOT + ".");
    return jar;
  }
}
