package dev.mobilellm.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** The page in Chromium: screens, colours, keyboards and names. */
class PageAccessTest extends PageSetup {

  @Test
  void itFitsAPhone() {
    browser.emulate(390, 800, false);
    browser.ask("What is 17 * 23?");

    assertEquals(true, browser.value("document.documentElement.scrollWidth <= window.innerWidth"));
    assertFalse(browser.find("#sidebar").isDisplayed());
    browser.click("#menu");
    browser.await("getComputedStyle(document.getElementById('sidebar')).transform === 'none'");
    assertEquals("true", browser.find("#menu").getAttribute("aria-expanded"));
    assertEquals(true, browser.value("document.getElementById('main').inert"));
    browser.press(Keys.ESCAPE);
    browser.await("getComputedStyle(document.getElementById('sidebar')).visibility === 'hidden'");
    assertEquals("menu", browser.value("document.activeElement.id"));
  }

  @Test
  void itIsLightOrDarkAsTheSystemUntilSomebodyChooses() {
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
  }

  @Test
  void theKeyboardIsEnough() {
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
  }

  @Test
  void everythingHasANameAndAPlace() {
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
