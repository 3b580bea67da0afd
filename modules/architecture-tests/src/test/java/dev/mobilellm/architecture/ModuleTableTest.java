package dev.mobilellm.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** That the module table in docs/architecture.md is the truth. */
final class ModuleTableTest {

  /**
   * A row of the table.
   *
   * @param name empty for a folder that holds tests only
   * @param folder relative to the root
   * @param requires own modules, without the common prefix
   */
  private record Row(String name, String folder, Set<String> requires) {}

  @Test
  void foldersAreThoseOfTheRootPom() {
    assertEquals(
        Repository.moduleFolders().stream().sorted().toList(),
        table().stream().map(Row::folder).sorted().toList(),
        "folders in the root pom, and in the table of docs/architecture.md");
  }

  @Test
  void namesAreThoseOfTheDescriptors() {
    assertSameLines(
        Repository.modules().stream().map(module -> module.folder() + ": " + module.name()),
        modules().map(row -> row.folder() + ": " + row.name()),
        "names in the descriptors, and in the table of docs/architecture.md");
  }

  @Test
  void requiresAreThoseOfTheDescriptors() {
    assertSameLines(
        Repository.modules().stream().map(module -> module.name() + ": " + requires(module)),
        modules().map(row -> row.name() + ": " + row.requires()),
        "own modules required in the descriptors, and in the table of docs/architecture.md");
  }

  /** Compares only what differs, so that the message shows nothing else. */
  private static void assertSameLines(
      Stream<String> expected, Stream<String> found, String message) {
    Set<String> missing = new TreeSet<>(expected.toList());
    Set<String> unexpected = new TreeSet<>(found.toList());
    Set<String> common = new TreeSet<>(missing);
    common.retainAll(unexpected);
    missing.removeAll(common);
    unexpected.removeAll(common);
    assertEquals(missing, unexpected, message);
  }

  private static Set<String> requires(ProjectModule module) {
    return module.ownRequires().stream()
        .map(requires -> requires.name().substring(ProjectModule.PREFIX.length()))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Stream<Row> modules() {
    return table().stream().filter(row -> !row.name().isEmpty());
  }

  private static List<Row> table() {
    return Repository.read(Repository.ROOT.resolve("docs/architecture.md"))
        .lines()
        .dropWhile(line -> !line.startsWith("| Module "))
        .skip(2)
        .takeWhile(line -> line.startsWith("|"))
        .map(ModuleTableTest::row)
        .toList();
  }

  private static Row row(String line) {
    List<String> cells = Arrays.stream(line.split("\\|", -1)).map(String::strip).toList();
    String name = cells.get(1).startsWith("`") ? cells.get(1).replace("`", "") : "";
    Set<String> requires =
        Arrays.stream(cells.get(4).split(","))
            .map(String::strip)
            .filter(word -> !word.isEmpty())
            .collect(Collectors.toCollection(TreeSet::new));
    return new Row(name, cells.get(2), requires);
  }
}
