package dev.mobilellm.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.runtime.plugins.Service;
import dev.mobilellm.spi.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Where third-party plugins are looked for, and when not. */
class PluginOptionsTest {

  @TempDir private Path work;
  private Installation installation;
  private Path named;
  private PluginJars jars;

  @BeforeEach
  void aPluginInEachPlace() throws IOException {
    installation = new Installation(work.resolve("application"), work.resolve("home"));
    named = work.resolve("named");
    jars = new PluginJars(work);
    plugin(installation.application().resolve("plugins"), "first");
    plugin(installation.home().resolve("plugins"), "second");
    plugin(named, "third");
  }

  @Test
  void theApplicationsFolderTheUsersAndTheNamedOnes() throws IOException {
    Path other = work.resolve("other");
    plugin(other, "fourth");
    assertEquals(
        List.of("first", "fourth", "second", "third"),
        strangers("--plugins", named.toString(), "--plugins", other.toString()));
    assertEquals(List.of("first", "second"), strangers());
  }

  @Test
  void aFolderThatIsNamedTwiceIsSearchedOnce() throws IOException {
    Path link = Files.createSymbolicLink(work.resolve("link"), named);
    PluginRegistry registry =
        registry(
            "--plugins", named.toString(), "--plugins", link.toString(), "--plugins", named + "/.");
    assertEquals(List.of(), registry.problems());
  }

  @Test
  void withoutPlugins() {
    assertEquals(List.of(), strangers("--no-plugins"));
    UsageException both =
        assertThrows(
            UsageException.class, () -> registry("--no-plugins", "--plugins", named.toString()));
    assertTrue(both.getMessage().contains("contradict"), both.getMessage());
  }

  @Test
  void aBrokenPluginIsNoneWithoutPlugins() throws IOException {
    Files.writeString(installation.home().resolve("plugins/broken.jar"), "broken");
    assertEquals(1, registry().problems().size());
    assertEquals(List.of(), registry("--no-plugins").problems());
  }

  @Test
  void earlierFoldersWin() throws IOException {
    plugin(named, "first");
    String line = registry("--plugins", named.toString()).problems().getFirst();
    assertTrue(
        line.contains(installation.application().resolve("plugins/first.jar") + " stays"), line);
    assertTrue(line.contains(named.resolve("first.jar") + " is left out"), line);
  }

  @Test
  void foldersThatAreNotThere() {
    UsageException missing =
        assertThrows(UsageException.class, () -> registry("--plugins", work + "/nowhere"));
    assertTrue(missing.getMessage().contains("nowhere"), missing.getMessage());
    Installation empty = new Installation(work.resolve("a"), work.resolve("b"));
    PluginRegistry registry = new PluginOptions().registry(empty);
    assertEquals(List.of(), registry.problems());
  }

  private void plugin(Path folder, String name) throws IOException {
    jars.sampler(folder.resolve(name + ".jar"), "com.example." + name, name, text -> text);
  }

  private List<String> strangers(String... flags) {
    return registry(flags).all(Service.SAMPLER).stream()
        .filter(found -> !found.provenance().origin().equals(PluginRegistry.BUILT_IN))
        .map(found -> found.name())
        .sorted()
        .toList();
  }

  private PluginRegistry registry(String... flags) {
    return CommandLine.populateCommand(new PluginOptions(), flags).registry(installation);
  }
}
