package dev.mobilellm.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.runtime.scheduling.SchedulerOptions;
import dev.mobilellm.spi.UsageException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Servers that cannot start. */
class StartTest extends ServerSetup {

  @Test
  void anAddressThatCannotBeHadIsNamed() {
    long threads = schedulers();
    assertRefused("127.0.0.1", demo.port());
    assertRefused("192.0.2.1", 0);
    assertEquals(threads, schedulers());
  }

  @Test
  void oneThatFailsLeavesNoThread() {
    ServerOptions.Tls missing = new ServerOptions.Tls(Path.of("no.crt"), Path.of("no.key"));
    long threads = schedulers();
    assertThrows(UsageException.class, () -> start("127.0.0.1", 0, Optional.of(missing)));
    assertEquals(threads, schedulers());
  }

  private static void assertRefused(String host, int port) {
    String words =
        assertThrows(UsageException.class, () -> start(host, port, Optional.empty())).getMessage();
    String refusal = "Cannot listen on %s, port %d: ".formatted(host, port);
    assertTrue(words.matches(Pattern.quote(refusal) + "(?i).*address.*[.]"), words);
  }

  private static void start(String host, int port, Optional<ServerOptions.Tls> tls) {
    ServerOptions.Limits limits = ServerOptions.Limits.DEFAULT;
    ServerOptions options =
        new ServerOptions(host, port, "demo", "1", List.of(), List.of(), true, tls, limits);
    Server.start(demo.model(), SchedulerOptions.DEFAULT, options).close();
  }

  private static long schedulers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("mobilellm-scheduler"))
        .count();
  }
}
