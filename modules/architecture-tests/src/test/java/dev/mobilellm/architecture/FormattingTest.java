package dev.mobilellm.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * That google-java-format would change no source. With {@code -Dformat.apply=true} the sources are
 * rewritten instead.
 */
final class FormattingTest {

  private static final Formatter FORMATTER = new Formatter();

  @Test
  void sourcesAreFormatted() throws IOException {
    List<Path> sources = Repository.sourcesBelow(Repository.ROOT);
    assertTrue(sources.size() > 100, () -> "only " + sources.size() + " sources were found");

    List<Path> different = sources.parallelStream().filter(FormattingTest::differs).toList();

    if (Boolean.getBoolean("format.apply")) {
      for (Path source : different) {
        Files.writeString(source, formatted(source));
      }
    } else {
      assertEquals(
          List.of(),
          different.stream().map(Repository::relative).toList(),
          "google-java-format would change these; run the test again with -Dformat.apply=true");
    }
  }

  private static boolean differs(Path source) {
    return !Repository.read(source).equals(formatted(source));
  }

  private static String formatted(Path source) {
    try {
      return FORMATTER.formatSourceAndFixImports(Repository.read(source));
    } catch (FormatterException e) {
      throw new AssertionError(Repository.relative(source) + " cannot be parsed", e);
    }
  }
}
