package dev.mobilellm.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.testkit.Modules;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * That jars of strangers which were compiled against the last released SPI still run with this one.
 * The release's jar is kept in modules/spi/src/baseline; CONTRIBUTING.md says when it is replaced.
 */
final class SpiCompatibilityTest {

  private static final Path BASELINE = Repository.ROOT.resolve("modules/spi/src/baseline");

  private static final String SPI =
      """
      package dev.mobilellm.spi;
      public interface Example extends Plugin {
        int HIGHEST = 100;
        int order();
        default String label() { return ""; }
        record Pair(int left, int right) {}
        enum Kind { ONE, TWO }
      }
      """;

  @TempDir private Path folder;

  @Test
  void theSpiIsCompatible() throws IOException {
    Path released = onlyJar(BASELINE);
    Path current =
        Repository.ROOT.resolve(
            "modules/spi/target/mobilellm-spi-" + Repository.version() + ".jar");
    assertEquals(
        List.of(),
        SpiChanges.incompatible(released, current),
        "against "
            + Repository.relative(released)
            + ": jars of strangers would fail. Keep what there was beside the new, or raise the"
            + " major version and replace the baseline");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "int order();                            | ''",
        "int order();                            | long order();",
        "int order();                            | int order(int group);",
        "int order();                            | int order(); int later();",
        "default String label() { return \"\"; } | ''",
        "record Pair(int left, int right) {}     | ''",
        "record Pair(int left, int right) {}     | record Pair(int left, int right, int third) {}",
        "enum Kind { ONE, TWO }                  | enum Kind { ONE }",
        "public interface                        | interface",
      })
  void whatBreaksAPluginIsNoticed(String before, String after) throws IOException {
    assertTrue(SPI.contains(before), before);
    List<String> changes = changes(SPI.replace(before, after));
    assertTrue(!changes.isEmpty(), "nothing was noticed");
    assertTrue(changes.getFirst().contains("dev.mobilellm.spi.Example"), changes.toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "int order();           | int order(); default int later() { return 0; }",
        "int order();           | int order(); static Example of() { return null; }",
        "enum Kind { ONE, TWO } | enum Kind { ONE, TWO, THREE }",
        "enum Kind { ONE, TWO } | enum Kind { ONE, TWO } record More(int one) {}",
        "record Pair(int left, int right) {} | record Pair(int left, int right, int third) { public"
            + " Pair(int left, int right) { this(left, right, 0); } }",
      })
  void whatIsOnlyAddedIsFine(String before, String after) throws IOException {
    assertTrue(SPI.contains(before), before);
    assertEquals(List.of(), changes(SPI.replace(before, after)));
  }

  private List<String> changes(String source) throws IOException {
    return SpiChanges.incompatible(jar("old", SPI), jar("new", source));
  }

  private Path jar(String name, String source) throws IOException {
    Path classes = folder.resolve(name);
    Compiler.compile(Map.of("dev.mobilellm.spi.Example", source), classes);
    return Modules.pack(classes, folder.resolve(name + ".jar"));
  }

  private static Path onlyJar(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> jars = files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
      assertEquals(1, jars.size(), () -> "jars in " + folder + ": " + jars);
      return jars.getFirst();
    } catch (IOException e) {
      throw new UncheckedIOException(folder.toString(), e);
    }
  }
}
