package dev.mobilellm.launcher.main;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which commands a command line needs to be understood. */
class CommandsTest {

  @Test
  void thoseThatItNames() {
    assertEquals(Set.of(Commands.CHAT), Commands.namedBy("chat", "--seed", "1"));
    assertEquals(Set.of(Commands.SERVE), Commands.namedBy("--debug", "serve"));
    assertEquals(Set.of(Commands.GENERATE, Commands.BENCH), Commands.namedBy("generate", "bench"));
    assertEquals(Set.of(), Commands.namedBy("--prompt", "What is 2+2?"));
    assertEquals(Set.of(), Commands.namedBy("--version"));
    assertEquals(Set.of(), Commands.namedBy("genrate"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "--help", "-h", "chat --help", "completion"})
  void allForHelpAndCompletion(String line) {
    String[] arguments = line.isEmpty() ? new String[0] : line.split(" ");
    assertEquals(EnumSet.allOf(Commands.class), Commands.namedBy(arguments));
  }
}
