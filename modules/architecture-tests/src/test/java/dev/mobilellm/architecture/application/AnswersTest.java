package dev.mobilellm.architecture.application;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mobilellm.architecture.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a newcomer tries first. */
final class AnswersTest {

  private static final String QUESTION = "What is 2+2?";
  private static final String ANSWER = "\\boxed{4}";

  @TempDir Path temporary;

  @Test
  void saysItsVersion() {
    String out = Application.run("--version").assertQuiet().out();

    assertTrue(out.contains(Repository.version()), out);
  }

  @Test
  void helps() {
    String out = Application.run("--help").assertQuiet().out();

    for (String word : List.of("--prompt", "--model-path", "--temperature", "chat", "inspect")) {
      assertTrue(out.contains(word), () -> "no " + word + " in\n" + out);
    }
  }

  @Test
  void theDemoModelAnswersAndSaysWhatItIs() {
    Application.Result result = Application.run("--prompt", QUESTION).assertSucceeded();

    assertTrue(result.out().contains(ANSWER), result::toString);
    assertEquals(1, result.errorLines().size(), () -> "lines on stderr of " + result);
    assertTrue(result.err().contains("--model-path"), result::toString);
  }

  @Test
  void nothingButTheAnswerIsPrinted() {
    Application.Result result =
        Application.run(
            "--model-path",
            demo(),
            "--prompt",
            QUESTION,
            "--temperature",
            "0",
            "--max-tokens",
            "99");

    assertEquals("2+2=4.\nThe answer is \\boxed{4}.\n", result.assertQuiet().out());
  }

  @Test
  void extractsTheBox() {
    Application.Result result =
        Application.run(
            "--prompt",
            "Compute 17 * 23. Put your final answer in \\boxed{}.",
            "--temperature",
            "0",
            "--extract-boxed");

    assertEquals("391\n", result.assertSucceeded().out(), result::toString);
    assertEquals(1, result.errorLines().size(), () -> "lines on stderr of " + result);
  }

  @Test
  void saysThatThereIsNoBox() {
    Application.Result result =
        Application.run(
            "--model-path", demo(), "--prompt", "Hello", "--temperature", "0", "--extract-boxed");

    assertTrue(result.exitCode() > 2, () -> "an exit code of its own: " + result);
    result.assertFailed(result.exitCode());
  }

  @Test
  void writesJson() throws IOException {
    Application.Result result =
        Application.run(
            "--model-path", demo(), "--prompt", QUESTION, "--temperature", "0", "--json");

    JsonNode answer = new ObjectMapper().readTree(result.assertQuiet().out());
    assertEquals("2+2=4.\nThe answer is \\boxed{4}.", answer.path("text").asText());
  }

  @Test
  void runsFromAnotherFolder() {
    Application.Result result =
        Application.run(
            Application.command(), temporary, List.of("--prompt", QUESTION, "--temperature", "0"));

    assertTrue(result.assertSucceeded().out().contains(ANSWER), result::toString);
  }

  @Test
  void runsThroughLinks() throws IOException {
    Path folder = Files.createDirectory(temporary.resolve("with a blank"));
    Path first = Files.createSymbolicLink(folder.resolve("first"), Application.command());
    // Relative, as "ln -s first second" makes it.
    Path second = Files.createSymbolicLink(folder.resolve("second"), first.getFileName());

    Application.Result result =
        Application.run(second, temporary, List.of("--prompt", QUESTION, "--temperature", "0"));

    assertTrue(result.assertSucceeded().out().contains(ANSWER), result::toString);
  }

  private static String demo() {
    return Application.DEMO_MODEL.toString();
  }
}
