package dev.mobilellm.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What all commands have in common: help, version, completion. */
class CommandLineTest {

  @TempDir private Path folder;

  @Test
  void helpListsCommandsAndFlagsWithAnExample() {
    Run run = Run.of("--help");
    assertEquals(0, run.code());
    assertEquals("", run.err());
    for (String word :
        "--model-path --prompt --max-tokens --temperature --top-p --system --final-only --stop-at-boxed --extract-boxed --disable-chat-template --repetition-penalty --frequency-penalty --top-k --min-p --presence-penalty --logit-bias --seed --stop --threads --device --context --prompt-file --stats --json --attention --mlp --sampler --plugins generate logits convert completion Examples:"
            .split(" ")) {
      assertTrue(run.out().contains(word), word);
    }
    assertTrue(run.out().lines().allMatch(line -> line.length() <= 100), run.out());
    assertFalse(run.out().contains("\033"), "colour without a terminal");
  }

  @ParameterizedTest
  @ValueSource(strings = {"generate", "logits", "bench", "convert", "completion"})
  void eachCommandHasHelpWithAnExampleAndAVersion(String command) {
    Run help = Run.of(command, "--help");
    assertEquals(0, help.code());
    assertTrue(help.out().startsWith("Usage: mobilellm " + command), help.out());
    assertTrue(help.out().contains("Example"), help.out());
    assertEquals(Run.of("--version"), Run.of(command, "--version"));
  }

  @Test
  void theVersionIsTheModules() {
    Run run = Run.of("--version");
    assertTrue(
        run.out().matches("mobilellm \\d+\\.\\d+\\.\\d+\\S* \\(Java \\d+.*\\)\\R"), run.out());
    assertEquals(0, run.code());
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no bash that reads such a path")
  void bashCompletesFlagsAndCommands() throws Exception {
    Path script = Files.writeString(folder.resolve("completion"), Run.of("completion").out());
    assertEquals(
        "--temperature",
        complete(script, "COMP_WORDS=(mobilellm --temper) COMP_CWORD=1; _complete_mobilellm"));
    assertTrue(
        complete(script, "COMP_WORDS=(mobilellm log) COMP_CWORD=1; _complete_mobilellm")
            .contains("logits"));
  }

  private static String complete(Path script, String call)
      throws IOException, InterruptedException {
    Process bash =
        new ProcessBuilder(
                "bash", "-c", "source '%s'; %s; echo ${COMPREPLY[*]}".formatted(script, call))
            .redirectError(Redirect.DISCARD)
            .start();
    String out = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    bash.waitFor();
    return out.strip();
  }
}
