package dev.mobilellm.architecture.application;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.architecture.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** That documentation and {@code --help} speak of the same flags. */
final class CommandLineDocumentationTest {

  private static final List<String> COMMANDS =
      List.of(
          "generate",
          "chat",
          "serve",
          "inspect",
          "devices",
          "logits",
          "perplexity",
          "bench",
          "convert",
          "plugins");
  private static final Pattern FLAG = Pattern.compile("(?<![\\w-])--[a-z][a-z0-9-]*[a-z0-9]");
  private static final Pattern EXAMPLE = Pattern.compile("(?m)(?:^|[ /`])mobilellm( [^`\n]*)");

  private static Set<String> known;

  @BeforeAll
  static void readHelp() {
    known = flags(Application.run("--help").assertQuiet().out());
    for (String command : COMMANDS) {
      known.addAll(flags(Application.run(command, "--help").assertQuiet().out()));
    }
    assertTrue(known.size() > 20, () -> "only these were found: " + known);
  }

  @Test
  void everyFlagIsDocumented() throws IOException {
    Set<String> missing = new TreeSet<>(known);
    missing.removeAll(flags(Files.readString(Repository.ROOT.resolve("docs/command-line.md"))));

    assertEquals(Set.of(), missing, "flags of --help that docs/command-line.md does not mention");
  }

  @Test
  void examplesUseFlagsThatThereAre() throws IOException {
    List<String> wrong = new ArrayList<>();
    for (Path document : Repository.files()) {
      if (document.toString().endsWith(".md")) {
        Matcher examples = EXAMPLE.matcher(Files.readString(document));
        while (examples.find()) {
          Set<String> unknown = flags(examples.group(1));
          unknown.removeAll(known);
          unknown.forEach(flag -> wrong.add(Repository.relative(document) + ": " + flag));
        }
      }
    }

    assertEquals(List.of(), wrong, "flags in examples that --help does not know");
  }

  private static Set<String> flags(String text) {
    Set<String> flags = new TreeSet<>();
    FLAG.matcher(text).results().forEach(found -> flags.add(found.group()));
    return flags;
  }
}
