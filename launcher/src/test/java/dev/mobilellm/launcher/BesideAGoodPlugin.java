package dev.mobilellm.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.runtime.plugins.Service;
import dev.mobilellm.testkit.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A folder with a plugin that works, and what is said of those that are put beside it. */
abstract class BesideAGoodPlugin {

  @TempDir Path work;
  Path plugins;
  PluginJars jars;

  @BeforeEach
  void aGoodPlugin() throws IOException {
    plugins = Files.createDirectory(work.resolve("plugins"));
    jars = new PluginJars(work);
    jars.sampler(plugins.resolve("good.jar"), "com.example.good", "good", text -> text);
  }

  final Path withMember(String name, String member) throws IOException {
    return jars.sampler(
        plugins.resolve(name + ".jar"),
        "com.example." + name,
        name,
        text -> text.replaceFirst("\\{\n", "{\n  " + member + "\n"));
  }

  /** The registry of a run with these flags. */
  final PluginRegistry registry(String... flags) {
    PluginOptions options = CommandLine.populateCommand(new PluginOptions(), flags);
    return options.registry(new Installation(work, work.resolve("home")));
  }

  final Run generate(String... more) {
    return Run.of(
        Stream.concat(
                Stream.of(
                    "--plugins",
                    plugins.toString(),
                    "--model-path",
                    Fixtures.checkpoint("r1-bf16", work).toString(),
                    "--tokens",
                    "1,2,3",
                    "--max-tokens",
                    "2",
                    "--ignore-eos",
                    "--print-tokens"),
                Stream.of(more))
            .toArray(String[]::new));
  }

  final void assertLeftOut(Path plugin, String... reasons) {
    String line = assertOneLine();
    assertTrue(line.contains(plugin.toString() + " is left out: "), line);
    for (String reason : reasons) {
      assertTrue(line.contains(reason), line);
    }
  }

  final String assertOneLine() {
    PluginRegistry registry = registry();
    assertTrue(registry.find(Service.SAMPLER, "good").isPresent(), "the plugin beside it");
    assertTrue(registry.find(Service.SAMPLER, "greedy").isPresent(), "built-in plugins");
    assertEquals(1, registry.problems().size(), registry.problems().toString());
    String line = registry.problems().getFirst();
    assertTrue(line.endsWith(".") && !line.endsWith("..") && line.lines().count() == 1, line);
    return line;
  }
}
