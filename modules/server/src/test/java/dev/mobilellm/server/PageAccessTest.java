package dev.mobilellm.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.runtime.scheduling.SchedulerOptions;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** The page in Chromium: screens, colours, keyboards, keys, and servers that fail. */
class PageAccessTest {

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
  void itFitsAPhone() {
    try (DemoServer demo = DemoServer.start()) {
      browser.openFresh(demo);
      browser.emulate(390, 800, false);
      browser.ask("What is 17 * 23?");

      assertEquals(
          true, browser.value("document.documentElement.scrollWidth <= window.innerWidth"));
      assertFalse(browser.find("#sidebar").isDisplayed());
      browser.click("#menu");
      browser.await("getComputedStyle(document.getElementById('sidebar')).transform === 'none'");
      assertEquals("true", browser.find("#menu").getAttribute("aria-expanded"));
      assertEquals(true, browser.value("document.getElementById('main').inert"));
      browser.press(Keys.ESCAPE);
      browser.await("getComputedStyle(document.getElementById('sidebar')).visibility === 'hidden'");
      assertEquals("menu", browser.value("document.activeElement.id"));
      browser.assertNoComplaints();
    }
  }

  @Test
  void itIsLightOrDarkAsTheSystemUntilSomebodyChooses() {
    try (DemoServer demo = DemoServer.start()) {
      browser.openFresh(demo);
      Object light = background();
      browser.emulate(1280, 860, true);
      Object dark = background();
      assertNotEquals(light, dark);

      browser.click("#theme");
      assertEquals(light, background());
      browser.reload();
      assertEquals(light, background());
      browser.click("#theme");
      browser.emulate(1280, 860, false);
      assertEquals(dark, background());
      browser.assertNoComplaints();
    }
  }

  @Test
  void theKeyboardIsEnough() {
    try (DemoServer demo = DemoServer.start()) {
      browser.openFresh(demo);
      browser.run("document.body.tabIndex = -1; document.body.focus()");
      browser.find("body").sendKeys(Keys.TAB);
      assertEquals("skip", browser.value("document.activeElement.className"));
      browser.press(Keys.ENTER);
      browser.await("document.activeElement.id === 'question'");

      browser.press("What is", Keys.chord(Keys.SHIFT, Keys.ENTER), "2+2?", Keys.ENTER);
      browser.awaitAnswer();
      assertEquals("What is\n2+2?", browser.text(".bubble"));
      browser.press(Keys.chord(Keys.CONTROL, Keys.SHIFT, "o"));
      browser.await("document.querySelector('.bubble') === null");
      browser.assertNoComplaints();
    }
  }

  @Test
  void everythingHasANameAndAPlace() {
    try (DemoServer demo = DemoServer.start()) {
      browser.openFresh(demo);
      browser.ask("What is 2+2?");
      assertNamed("#sidebar, #main", 10);
      browser.click("#open-settings");
      assertNamed("#settings", 10);
      browser.press(Keys.ESCAPE);
      assertEquals("navigation", browser.find("#sidebar").getAriaRole());
      assertEquals("main", browser.find("#main").getAriaRole());
      assertEquals("status", browser.find("#status").getAriaRole());
      assertEquals("Answer", browser.find("article.answer").getAccessibleName());
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

  private static void assertNamed(String places, int least) {
    List<WebElement> controls =
        browser
            .all(":is(%s) :is(button, input, textarea, summary, a[href])".formatted(places))
            .stream()
            .filter(WebElement::isDisplayed)
            .toList();
    assertTrue(controls.size() >= least, places + " has " + controls.size());
    for (WebElement control : controls) {
      assertFalse(control.getAccessibleName().isBlank(), () -> control.getAttribute("outerHTML"));
    }
  }

  private static Object background() {
    return browser.value("getComputedStyle(document.body).backgroundColor");
  }
}
