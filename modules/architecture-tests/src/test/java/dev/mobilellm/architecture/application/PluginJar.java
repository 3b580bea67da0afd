package dev.mobilellm.architecture.application;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.architecture.Repository;
import dev.mobilellm.testkit.Modules;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

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
  static void make(Path jar, Map<String, String> sources, Path work) throws IOException {
    pack(Modules.compile(sources, work.resolve("classes"), spi().toString()), jar);
  }

  private static void pack(Path classes, Path jar) throws IOException {
    Files.createDirectories(jar.getParent());
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file);
        Stream<Path> found = Files.walk(classes)) {
      for (Path path : found.filter(Files::isRegularFile).sorted().toList()) {
        out.putNextEntry(new ZipEntry(classes.relativize(path).toString().replace('\\', '/')));
        Files.copy(path, out);
        out.closeEntry();
      }
    }
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
