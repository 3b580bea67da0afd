package dev.mobilellm.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** That text files without a formatter keep to .editorconfig. */
final class TextFilesTest {

  private static final Set<String> ENDINGS =
      Set.of("cl", "md", "properties", "sh", "xml", "yaml", "yml");
  private static final Set<String> NAMES = Set.of(".editorconfig", ".gitignore");

  @Test
  void textFilesAreTidy() {
    List<Path> files = Repository.files().stream().filter(TextFilesTest::isText).toList();
    assertTrue(files.size() > 25, () -> "only these were found: " + files);

    assertEquals(
        List.of(),
        files.stream().flatMap(file -> problems(file).stream()).toList(),
        "against .editorconfig");
  }

  private static boolean isText(Path file) {
    String name = file.getFileName().toString();
    return NAMES.contains(name)
        || ENDINGS.contains(name.substring(name.lastIndexOf('.') + 1))
        || isScript(file);
  }

  private static boolean isScript(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return Arrays.equals(in.readNBytes(2), new byte[] {'#', '!'});
    } catch (IOException e) {
      throw new UncheckedIOException(file.toString(), e);
    }
  }

  private static List<String> problems(Path file) {
    List<String> problems = new ArrayList<>();
    String name = Repository.relative(file);
    String text = Repository.read(file);
    if (!text.endsWith("\n") || text.endsWith("\n\n")) {
      problems.add(name + " must end with one line feed");
    }
    String[] lines = text.split("\n", -1);
    for (int i = 0; i < lines.length; i++) {
      String place = name + ":" + (i + 1);
      if (lines[i].indexOf('\r') >= 0) {
        problems.add(place + " has a carriage return");
      } else if (!lines[i].equals(lines[i].stripTrailing())) {
        problems.add(place + " ends with blanks");
      }
      if (lines[i].indexOf('\t') >= 0) {
        problems.add(place + " has a tab");
      }
    }
    return problems;
  }
}
