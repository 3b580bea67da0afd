package dev.mobilellm.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.lang.module.ModuleDescriptor;
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
  void theTableIsTheTruth() {
    String document = Repository.read(Repository.ROOT.resolve("docs/architecture.md"));
    assertEquals(
        List.of(), differences(document, Repository.moduleFolders(), Repository.modules()));
  }

  @Test
  void aDifferenceIsNoticed() {
    ProjectModule module =
        new ProjectModule(
            "modules/one",
            ModuleDescriptor.newModule("dev.mobilellm.one").requires("dev.mobilellm.spi").build());
    List<String> folders = List.of("modules/one");
    String table =
        """
        | Module | Folder | What it is | Requires |
        | --- | --- | --- | --- |
        | `dev.mobilellm.one` | modules/one | something | spi |
        """;

    assertEquals(List.of(), differences(table, folders, List.of(module)));
    for (String[] change :
        new String[][] {
          {"`dev.mobilellm.one`", "`dev.mobilellm.two`"},
          {"modules/one", "modules/two"},
          {"| spi |", "| |"},
          {"| spi |", "| spi, runtime |"},
          {"| `dev.mobilellm.one` | modules/one | something | spi |\n", ""},
        }) {
      assertFalse(
          differences(table.replace(change[0], change[1]), folders, List.of(module)).isEmpty(),
          change[1]);
    }
    assertFalse(
        differences(table, List.of("modules/one", "plugins/new"), List.of(module)).isEmpty());
  }

  /** What the table and the descriptors do not agree about; sorted. */
  private static List<String> differences(
      String document, List<String> folders, List<ProjectModule> modules) {
    List<Row> table = table(document);
    Set<String> documented = new TreeSet<>();
    table.forEach(row -> documented.add("folder " + row.folder()));
    table.stream()
        .filter(row -> !row.name().isEmpty())
        .forEach(
            row ->
                documented.add(
                    "%s: %s requires %s".formatted(row.folder(), row.name(), row.requires())));
    Set<String> compiled = new TreeSet<>();
    folders.forEach(folder -> compiled.add("folder " + folder));
    modules.forEach(
        module ->
            compiled.add(
                "%s: %s requires %s".formatted(module.folder(), module.name(), requires(module))));
    return Stream.concat(
            documented.stream()
                .filter(line -> !compiled.contains(line))
                .map(line -> line + " (only in docs/architecture.md)"),
            compiled.stream()
                .filter(line -> !documented.contains(line))
                .map(line -> line + " (not in docs/architecture.md)"))
        .sorted()
        .toList();
  }

  private static Set<String> requires(ProjectModule module) {
    return module.ownRequires().stream()
        .map(requires -> requires.name().substring(ProjectModule.PREFIX.length()))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static List<Row> table(String document) {
    return document
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
