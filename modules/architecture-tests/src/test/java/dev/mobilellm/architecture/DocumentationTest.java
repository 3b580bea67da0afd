package dev.mobilellm.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** That the Markdown files point to what is there. */
final class DocumentationTest {

  private static final Pattern FENCED = Pattern.compile("(?ms)^```.*?^```");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ +(.+)$");

  static List<Path> documents() {
    return Repository.files().stream().filter(file -> file.toString().endsWith(".md")).toList();
  }

  @Test
  void theEntranceIsThere() {
    for (String name : List.of("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE")) {
      assertTrue(
          Files.isRegularFile(Repository.ROOT.resolve(name)),
          () -> name + " is where newcomers look first");
    }
  }

  @ParameterizedTest
  @MethodSource("documents")
  void linksLeadSomewhere(Path document) {
    List<String> broken = new ArrayList<>();
    for (String link : links(document)) {
      String[] parts = link.split("#", 2);
      Path target = parts[0].isEmpty() ? document : document.resolveSibling(parts[0]).normalize();
      if (!target.startsWith(Repository.ROOT) || !Files.exists(target)) {
        broken.add(link);
      } else if (parts.length == 2 && !anchors(target).contains(parts[1])) {
        broken.add(link + " (no such heading)");
      }
    }

    assertEquals(List.of(), broken, () -> "broken links in " + Repository.relative(document));
  }

  /** Links to files and headings; those to other places have a scheme. */
  private static List<String> links(Path document) {
    Matcher matcher = LINK.matcher(prose(document));
    return matcher.results().map(found -> found.group(1)).filter(l -> !l.contains(":")).toList();
  }

  /** As GitHub makes them: lower case, blanks to hyphens, without punctuation. */
  private static List<String> anchors(Path document) {
    Matcher matcher = HEADING.matcher(prose(document));
    return matcher
        .results()
        .map((MatchResult found) -> found.group(1).strip().toLowerCase(Locale.ROOT))
        .map(heading -> heading.replaceAll("[^\\p{L}\\p{N}\\- _]", "").replace(' ', '-'))
        .toList();
  }

  private static String prose(Path document) {
    return FENCED.matcher(Repository.read(document)).replaceAll("");
  }
}
