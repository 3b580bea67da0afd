package dev.mobilellm.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * The page in Chromium: nothing that a model or a person writes runs, loads or leaves its place.
 */
class PageSafetyTest extends PageSetup {

  static final List<String> HOSTILE =
      List.of(
          "<script>window.ran=1</script>",
          "<img src=x onerror=\"window.ran=1\"> <svg/onload=window.ran=1>",
          "<iframe srcdoc=\"<script>parent.ran=1</script>\"></iframe>",
          "[a](javascript:window.ran=1) [b](JaVaScRiPt:window.ran=1) [c](data:text/html,x)",
          "<a href=\"javascript:window.ran=1\">x</a> <javascript:window.ran=1>",
          "[x]: javascript:window.ran=1\n\n[x] ![y](https://example.org/y.png)",
          "$\\href{javascript:window.ran=1}{x}$ $\\includegraphics{https://example.org/x.png}$",
          "$\\htmlStyle{position:fixed}{x}$ $\\htmlClass{skip}{x}$ $\\url{javascript:a}$",
          "\\boxed{<img src=x onerror=window.ran=1>} $</span><script>window.ran=1</script>$",
          "$\\fcolorbox{red}{blue}{x}$ $\\pmb{x}$ $\\colorbox{red}{x}$ $\\color{red}x$",
          "```\"><script>window.ran=1</script>\n</code></pre><script>window.ran=1</script>\n```",
          "<style>*{display:none}</style><form action=//example.org><button>x</button></form>",
          "<tex-inline>\\href{javascript:window.ran=1}{x}</tex-inline> <b id=stop name=stop>x</b>",
          "$\\def\\a{\\a\\a}\\a$ $\\rule{9999em}{9999em}$ $\\kern-9999em x$");

  @AfterEach
  void nothingRan() {
    assertNull(browser.value("window.ran"));
    for (String element : List.of("script", "iframe", "img", "style", "form", "svg[onload]", "b")) {
      assertEquals(0, browser.all(".answer " + element + ", .bubble " + element).size(), element);
    }
    String links = "[...document.querySelectorAll('#thread a[href]')]";
    assertEquals(
        true,
        browser.value(
            links
                + ".every(a => /^https:/.test(a.href) && a.target === '_blank'"
                + " && a.rel.includes('noopener'))"));
  }

  @ParameterizedTest
  @FieldSource("HOSTILE")
  void inAnAnswer(String text) {
    browser.useScript();
    demo.script(text, Duration.ZERO);

    browser.ask("Go on.");

    assertTrue(browser.find(".answer").isDisplayed());
    assertEquals(text, kept("content", 1));
    assertEquals(true, browser.value("document.documentElement.scrollWidth <= window.innerWidth"));
  }

  @Test
  void inAQuestionAndItsTitle() {
    for (String text : HOSTILE.subList(0, 3)) {
      browser.click("#new");
      browser.ask(text);
      assertEquals(text, browser.text(".bubble"));
      assertTrue(text.startsWith(browser.text("#title").substring(0, 10)));
    }
    assertEquals(3, browser.all(".conversation").size());
  }

  @Test
  void inAStoredConversation() {
    ObjectNode conversation =
        JsonNodeFactory.instance
            .objectNode()
            .put("title", HOSTILE.get(1))
            .put("updated", HOSTILE.get(0));
    for (String text : HOSTILE) {
      conversation.withArray("messages").addObject().put("role", "user").put("content", text);
      conversation
          .withArray("messages")
          .addObject()
          .put("role", "assistant")
          .put("content", text)
          .put("error", text)
          .put("end", text)
          .putObject("stats")
          .put("tokens", text);
    }
    conversation.withArray("messages").addObject().put("role", "<script>").put("content", 7);
    browser.run(
        "localStorage.setItem('mobilellm.conversation.' + arguments[0], arguments[1]);"
            + "localStorage.setItem('mobilellm.conversation.y', '{\"messages\": 5');"
            + "localStorage.setItem('mobilellm.settings', '[]');"
            + "localStorage.setItem('mobilellm.theme', '<script>')",
        "\"><script>window.ran=1</script>",
        conversation.toString());
    browser.reload();

    browser.click(".conversation");

    assertEquals(HOSTILE.size(), browser.all(".answer").size());
    assertEquals(1, browser.all(".conversation").size());
    assertEquals(HOSTILE.get(1), browser.find(".conversation").getAttribute("title"));
  }

  @Test
  void whatLooksLikeMarkupIsReadAsItWasWritten() {
    browser.useScript();
    demo.script(
        "A List<String>, 17*23=17*20+17*3, $5 and $6, a<sub>1</sub>, ~5 and ~6.", Duration.ZERO);

    browser.ask("Go on.");

    assertEquals(
        "A List<String>, 17*23=17*20+17*3, $5 and $6, a1, ~5 and ~6.",
        browser.text(".answer .result"));
    assertEquals(1, browser.all(".answer sub").size());
  }

  private static Object kept(String field, int message) {
    return browser.value(
        "JSON.parse(Object.entries(localStorage).find(([key]) =>"
            + " key.startsWith('mobilellm.conversation'))[1]).messages[%d].%s"
                .formatted(message, field));
  }
}
