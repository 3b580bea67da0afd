package dev.mobilellm.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** That the other rules are about all classes: a rule about classes that were not read holds. */
final class ImportedClassesTest {

  /** Fewer than there are; to be raised as the project grows. */
  private static final int FLOOR = 450;

  /** Tests only, and dependencies only. */
  private static final Set<String> WITHOUT_CLASSES =
      Set.of("modules/architecture-tests", "modules/library");

  static List<String> folders() {
    return Repository.moduleFolders().stream()
        .filter(folder -> !WITHOUT_CLASSES.contains(folder))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("folders")
  void everySourceIsRead(String folder) {
    List<String> sources =
        Repository.sourcesBelow(ProjectModule.mainSources(folder)).stream()
            .map(source -> className(folder, source))
            .filter(name -> !name.endsWith("-info"))
            .toList();

    assertFalse(sources.isEmpty(), folder + " has no sources");
    assertEquals(
        List.of(),
        sources.stream().filter(name -> !ProjectClasses.ALL.contain(name)).toList(),
        "sources of " + folder + " whose classes were not read; is it compiled?");
  }

  /** In case a module's folder is looked for in the wrong place. */
  @Test
  void manyClassesAreRead() {
    assertTrue(ProjectClasses.ALL.size() > FLOOR, () -> ProjectClasses.ALL.size() + " classes");
  }

  private static String className(String folder, Path source) {
    String path = ProjectModule.mainSources(folder).relativize(source).toString();
    return path.substring(0, path.length() - ".java".length()).replace('\\', '/').replace('/', '.');
  }
}
