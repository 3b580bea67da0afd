package dev.mobilellm.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.runtime.scheduling.SchedulerOptions;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/** The page in Chromium: servers that want a key, refuse, fail, or are not there. */
class PageErrorsTest {

  @TempDir private static Path downloads;
  private static Browser browser;

  @BeforeAll
  static void start() {
    browser = Browser.start(downloads);
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.close();
    }
  }

  @Test
  void itAsksForAKeyAndKeepsItWhileTheWindowIsOpen() {
    ServerOptions options =
        DemoServer.options(List.of("secret"), List.of(), ServerOptions.Limits.DEFAULT);
    try (DemoServer demo = DemoServer.start(SchedulerOptions.DEFAULT, options)) {
      browser.openFresh(demo);
      browser.await("document.getElementById('key-dialog').open");
      assertFalse(browser.find("#key-refused").isDisplayed());
      browser.type("#key", "wrong", Keys.ENTER);
      browser.await(
          "document.getElementById('key-dialog').open &&"
              + " !document.getElementById('key-refused').hidden");
      browser.type("#key", "secret", Keys.ENTER);
      browser.await("document.getElementById('model').textContent === 'demo'");

      browser.reload();
      browser.ask("What is 2+2?");
      assertEquals("4", browser.value("document.querySelector('.boxpad').textContent"));
      assertEquals(
          0L,
          browser.value("Object.values(localStorage).filter(v => v.includes('secret')).length"));

      browser.run("sessionStorage.clear()");
      browser.reload();
      browser.click("#key-dialog [data-close]");
      browser.await("!document.getElementById('offline').hidden");
      assertTrue(browser.text("#offline-reason").startsWith("A valid API key is needed"));
    }
  }

  @Test
  void itSaysWhatTheServerSays() {
    ServerOptions options =
        DemoServer.options(
            List.of(), List.of(), DemoServer.limits(1 << 20, 16 << 10, 256, 100, 512));
    try (DemoServer demo = DemoServer.start(SchedulerOptions.DEFAULT, options)) {
      browser.openFresh(demo);
      browser.ask("1+1+".repeat(40));
      assertTrue(browser.text(".answer .error").contains("100"), browser.text(".answer .error"));
      assertTrue(browser.text(".facts").contains("ended with an error"));

      browser.run(
          "localStorage.setItem('mobilellm.settings', JSON.stringify({seed: arguments[0]}))",
          DemoServer.FAULTY_SEED);
      browser.reload();
      browser.click("#new");
      browser.ask("What is 2+2?");
      assertTrue(browser.text(".answer .error").contains("a fault of its own"));
    }
  }

  @Test
  void itSaysWhenThereIsNoServer() {
    DemoServer demo = DemoServer.start();
    browser.openFresh(demo);
    demo.close();

    browser.ask("What is 2+2?");

    assertEquals(
        "The server does not answer. Is it still running?", browser.text(".answer .error"));
    assertTrue(browser.find("[aria-label='Answer again']").isDisplayed());
  }
}
