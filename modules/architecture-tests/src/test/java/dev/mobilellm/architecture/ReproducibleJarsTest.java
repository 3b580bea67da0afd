package dev.mobilellm.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Set;
import java.util.jar.Attributes.Name;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** That jars hold nothing of when, where and by whom they were built. */
final class ReproducibleJarsTest {

  static List<Path> jars() {
    List<Path> jars =
        Repository.modules().stream()
            .map(module -> Repository.ROOT.resolve(module.folder()).resolve("target"))
            .map(target -> target.resolve(name(target) + "-" + Repository.version() + ".jar"))
            .toList();
    assertTrue(jars.size() > 10, () -> "only " + jars);
    return jars;
  }

  @ParameterizedTest
  @MethodSource("jars")
  void entriesHaveOneTimeAndTheManifestNoNames(Path jar) throws IOException {
    try (JarFile file = new JarFile(jar.toFile())) {
      assertEquals(
          Set.of(LocalDateTime.of(2000, 1, 1, 0, 0)),
          file.stream().map(entry -> entry.getTimeLocal()).collect(Collectors.toSet()),
          "times of entries");
      Set<Object> attributes = file.getManifest().getMainAttributes().keySet();
      assertEquals(Set.of(Name.MANIFEST_VERSION), attributes, "in the manifest");
    }
  }

  private static String name(Path target) {
    String folder = target.getParent().getFileName().toString();
    assertTrue(Files.isDirectory(target), () -> target + " is not built");
    return "mobilellm-" + folder;
  }
}
