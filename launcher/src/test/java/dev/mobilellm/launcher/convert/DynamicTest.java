package dev.mobilellm.launcher.convert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.launcher.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Widths by sensitivity, on the demo model. */
class DynamicTest {

  private static final Pattern LINE = Pattern.compile("(model\\.\\S+) +\\S+ +([0-9.e+-]+) +([48])");

  @TempDir private Path folder;
  private Path text;

  @BeforeEach
  void text() throws IOException {
    text =
        Files.writeString(
            folder.resolve("text.txt"),
            "What is 12+7?\n12+7=19.\nThe answer is \\boxed{19}.\n".repeat(8));
  }

  @Test
  void sensitiveMatricesGetTheHighWidth() throws IOException {
    Path out = folder.resolve("out");
    Run run = dynamic(out, "5.5");
    assertEquals(0, run.code(), run.err());
    List<Choice> choices = choices(run);
    assertEquals(43, choices.size());
    List<Choice> high = choices.stream().filter(choice -> choice.bits == 8).toList();
    assertFalse(high.isEmpty());
    assertNotEquals(choices.size(), high.size());
    assertTrue(choices.stream().allMatch(choice -> choice.divergence > 0), run.out());
    double reached =
        Double.parseDouble(
            run.out().replaceAll("(?s).*together ([0-9.]+) bits per weight.*", "$1"));
    assertTrue(reached > 4.5 && reached <= 5.5, run.out());
    String config = Files.readString(out.resolve("config.json")).replaceAll("\\s", "");
    for (Choice choice : choices) {
      assertEquals(
          choice.bits == 8,
          config.contains("\"" + choice.path + "\":{\"group_size\":64,\"bits\":8}"),
          choice.path);
    }
    Run answer =
        Run.of(
            "--model-path",
            out.toString(),
            "--prompt",
            "What is 2+2?",
            "--extract-boxed",
            "--temperature",
            "0");
    assertEquals("4\n", answer.out());
  }

  @Test
  void measurementsAreKeptForTheNextTime() throws IOException {
    Run first = dynamic(folder.resolve("first"), "5");
    Path kept = folder.resolve("first.sensitivities.json");
    String path = choices(first).stream().filter(c -> c.bits == 4).findFirst().orElseThrow().path;
    String json = Files.readString(kept);
    assertTrue(json.contains("\"" + path + "\""), json);
    // What the file says is believed.
    Files.writeString(
        kept, json.replaceAll("(\"" + Pattern.quote(path) + "\" : )[^,\\s]+", "$11e9"));
    Run again = dynamic(folder.resolve("again"), "5", "--sensitivities", kept.toString());
    assertEquals(0, again.code(), again.err());
    assertEquals(
        8, choices(again).stream().filter(c -> c.path.equals(path)).findFirst().orElseThrow().bits);
    assertEquals(List.of("again", "first", "first.sensitivities.json", "text.txt"), names());
    // It holds for a part of the matrices, too.
    Run part =
        dynamic(
            folder.resolve("part"), "5", "--keep-embedding", "--sensitivities", kept.toString());
    assertEquals(0, part.code(), part.err());
    assertEquals(42, choices(part).size());
    assertTrue(Files.readString(kept).contains("1e9"), "measured anew");
    // It is not believed of another width.
    Run other =
        dynamic(
            folder.resolve("other"), "5", "--low-bits", "3", "--sensitivities", kept.toString());
    assertEquals(0, other.code(), other.err());
    assertFalse(Files.readString(kept).matches("(?s).*1(.0)?[eE]9.*"), "not measured anew");
    assertEquals(43, Pattern.compile("model\\.").matcher(Files.readString(kept)).results().count());
  }

  @Test
  void aFileOfSomethingElse() throws IOException {
    for (String content : List.of("x", "[]", "{\"measured\": \"x\"", "{\"other\": 1}", "{}")) {
      Path file = Files.writeString(folder.resolve("other.json"), content);
      Run run = dynamic(folder.resolve("out"), "5", "--sensitivities", file.toString());
      assertEquals(2, run.code(), run.err());
      assertTrue(run.err().contains("holds no sensitivities; name another file"), run.err());
      assertEquals(content, Files.readString(file));
      assertEquals(List.of("other.json", "text.txt"), names());
    }
  }

  private Run dynamic(Path out, String target, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of("convert", "--out", out.toString(), "--dynamic", "--target-bpw", target));
    arguments.addAll(List.of("--calibration", text.toString()));
    arguments.addAll(Arrays.asList(more));
    return Run.of(arguments.toArray(String[]::new));
  }

  private record Choice(String path, double divergence, int bits) {}

  private static List<Choice> choices(Run run) {
    List<Choice> choices = new ArrayList<>();
    for (String line : run.out().lines().toList()) {
      Matcher matcher = LINE.matcher(line);
      if (matcher.matches()) {
        choices.add(
            new Choice(
                matcher.group(1),
                Double.parseDouble(matcher.group(2)),
                Integer.parseInt(matcher.group(3))));
      }
    }
    return choices;
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
