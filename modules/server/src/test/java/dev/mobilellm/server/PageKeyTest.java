package dev.mobilellm.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mobilellm.runtime.scheduling.SchedulerOptions;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/** What is typed where the page asks for a key. */
class PageKeyTest {

  @TempDir private static Path downloads;

  /** A browser sends no header with such a sign, and the page would keep the key. */
  @Test
  void aKeyThatNoHeaderCanHoldIsNotTaken() {
    ServerOptions options =
        DemoServer.options(List.of("se-cret"), List.of(), ServerOptions.Limits.DEFAULT);
    try (Browser browser = Browser.start(downloads);
        DemoServer demo = DemoServer.start(SchedulerOptions.DEFAULT, options)) {
      browser.openFresh(demo);
      browser.await("document.getElementById('key-dialog').open");
      browser.type("#key", "se\u2013cret", Keys.ENTER);
      assertEquals(true, browser.value("document.getElementById('key-dialog').open"));
      assertEquals("se\u2013cret", browser.value("document.getElementById('key').value"));

      browser.run("document.getElementById('key').value = ''");
      browser.type("#key", " se-cret ", Keys.ENTER);
      browser.await("document.getElementById('model').textContent === 'demo'");
    }
  }
}
