package dev.mobilellm.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

/** The page in Chromium: conversations with the demo model. */
class ChatPageTest extends PageSetup {

  private static final Duration SLOW = Duration.ofMillis(20);
  private static final String COUNTING = "one two three four five six seven eight nine ".repeat(7);

  @Test
  void anAnswerHasItsResultInABoxAndItsSpeedBelow() {
    assertEquals(DemoServer.MODEL, browser.text("#model"));
    assertTrue(browser.find("#welcome").isDisplayed());

    browser.ask("What is 17 * 23?");

    assertFalse(browser.find("#welcome").isDisplayed());
    assertTrue(browser.text(".answer .result").startsWith("Split 17*23=17*20+17*3."));
    assertEquals("391", browser.value("document.querySelector('.boxpad').textContent"));
    assertTrue(browser.find(".katex .fbox").isDisplayed());
    assertTrue(browser.text(".facts").matches("(?s)\\d+ tokens.*first after 0\\.\\d+ s"));
    assertTrue(browser.text("#title").startsWith("What is 17"));
    // Read out once, as a whole.
    String said = (String) browser.value("document.getElementById('status').textContent");
    assertTrue(said.startsWith("Answer: Split") && said.contains("boxed{391}"), said);
  }

  @Test
  void anAnswerAppearsWhileItIsMadeAndStops() {
    browser.useScript();
    demo.script(COUNTING, SLOW);
    long cancelled = demo.server().status().totals().cancelled();

    browser.send("Count.");
    browser.await("document.querySelector('.growing .result')?.textContent.includes('two three')");
    assertEquals("true", browser.find(".answer").getAttribute("aria-busy"));
    assertEquals("", browser.value("document.getElementById('status').textContent"));
    browser.click("#stop");
    browser.awaitAnswer();

    assertTrue(browser.text(".facts").matches("(?s)\\d+ tokens.*tokens/s.*first after .*stopped"));
    assertEquals("Stopped.", browser.value("document.getElementById('status').textContent"));
    assertTrue(browser.text(".answer .result").length() < COUNTING.length() - 20);
    browser.await("document.activeElement.id === 'question'");
    awaitCancelled(cancelled + 1);

    browser.send("Again.");
    browser.await("document.querySelectorAll('.answer').length === 2");
    browser.await("document.querySelector('.growing .result')?.textContent.includes('two')");
    browser.press(Keys.ESCAPE);
    browser.awaitAnswer();
    awaitCancelled(cancelled + 2);
  }

  @Test
  void anAnswerIsMadeAgain() {
    browser.useScript();
    demo.script("The first.", Duration.ZERO);
    browser.ask("Well?");
    demo.script("The second.", Duration.ZERO);

    browser.click("[aria-label='Answer again']");
    browser.await("document.querySelector('.answer').textContent.includes('The second')");
    browser.awaitAnswer();

    assertEquals("question", browser.value("document.activeElement.id"));
    assertEquals(1, browser.all(".answer").size());
    assertEquals(1, browser.all(".question").size());
  }

  @Test
  void aMessageIsChangedAndTheConversationGoesOnFromThere() {
    browser.ask("What is 2+2?");
    browser.ask("Is 97 prime?");

    browser.click(".question [aria-label='Edit this message']");
    browser.press(Keys.ESCAPE);
    assertEquals(
        "Edit this message", browser.value("document.activeElement.getAttribute('aria-label')"));
    browser.press(Keys.ENTER);
    browser.type(".editor textarea", Keys.chord(Keys.CONTROL, "a"), "What is 3+4?", Keys.ENTER);
    browser.await("document.querySelector('.boxpad')?.textContent === '7'");
    browser.awaitAnswer();

    assertEquals(1, browser.all(".question").size());
    assertEquals("What is 3+4?", browser.text(".bubble"));
    assertEquals(1, browser.all(".answer").size());
  }

  @Test
  void conversationsAreKeptListedRenamedAndDeleted() {
    browser.ask("What is 2+2?");
    browser.click("#new");
    browser.ask("Is 97 prime?");
    assertEquals(2, browser.all(".conversation").size());

    browser.reload();
    assertEquals("Is 97 prime?", browser.text(".bubble"));
    assertEquals("Yes", browser.value("document.querySelector('.boxpad').textContent"));
    browser.click("[title='What is 2+2?']");
    assertEquals("What is 2+2?", browser.text(".bubble"));

    browser.click("[aria-label='Rename What is 2+2?']");
    browser.press(Keys.chord(Keys.CONTROL, "a"), "A sum", Keys.ENTER);
    browser.reload();
    assertEquals("A sum", browser.text("#title"));

    browser.click("[aria-label='Delete A sum']");
    browser.click("#delete-dialog [data-close='']");
    assertEquals(2, browser.all(".conversation").size());
    browser.click("[aria-label='Delete A sum']");
    browser.click("#delete-dialog .danger");
    browser.await("document.querySelectorAll('.conversation').length === 1");
    assertTrue(browser.find("#welcome").isDisplayed());
    browser.reload();
    assertEquals(1, browser.all(".conversation").size());
  }

  @Test
  void settingsReachTheServer() {
    browser.click("#open-settings");
    browser.type("#max_completion_tokens", "3");
    browser.type("#temperature", Keys.chord(Keys.CONTROL, "a"), "0");
    browser.press(Keys.ESCAPE);
    browser.ask("What is 2+2?");
    assertEquals("2+2", browser.text(".answer .result"));
    assertTrue(browser.text(".facts").contains("cut off at the most tokens"));

    browser.reload();
    browser.click("#open-settings");
    assertEquals("3", browser.find("#max_completion_tokens").getDomProperty("value"));
    browser.click("#reset");
    browser.click("#stop_at_boxed");
    browser.type("#system", "Add.");
    browser.press(Keys.ESCAPE);
    browser.click("[aria-label='Answer again']");
    browser.awaitAnswer();
    assertEquals(
        "Add.",
        browser.value(
            "JSON.parse(Object.entries(localStorage).find(([key]) =>"
                + " key.startsWith('mobilellm.conversation'))[1]).system"));
    assertTrue(
        ((String) browser.value("document.querySelector('.answer .result').innerText"))
            .lines()
            .noneMatch("."::equals));
  }

  @Test
  void longReasoningIsFoldedLaterAndMarkedReasoningFromTheStart() {
    browser.useScript();
    demo.script("<think>Two and two.</think>It is \\boxed{4}.", SLOW);
    browser.ask("Think.");
    assertEquals("Reasoning · 3 words", browser.text(".reasoning summary"));
    assertTrue(browser.find(".reasoning .prose").isDisplayed());
    assertEquals("4", browser.value("document.querySelector('.boxpad').textContent"));

    browser.reload();
    assertFalse(browser.find(".reasoning .prose").isDisplayed());
    browser.click(".reasoning summary");
    assertEquals("Two and two.", browser.text(".reasoning .prose"));
  }

  @Test
  void conversationsAreExportedAndImported() throws Exception {
    browser.ask("What is 2+2?");
    browser.click("#export-menu summary");
    browser.click("#export-markdown");
    Path markdown = awaitFile("What-is-2-2.md");
    assertEquals(
        "# What is 2+2?\n\n## Question\n\nWhat is 2+2?\n\n## Answer\n\n"
            + "2+2=4.\nThe answer is \\boxed{4}.\n",
        Files.readString(markdown));

    browser.click("#export-all");
    Path json = awaitFile("conversations.json");
    JsonNode exported = DemoServer.json(Files.readString(json));
    assertEquals("What is 2+2?", exported.at("/conversations/0/messages/0/content").textValue());
    browser.run("document.getElementById('import-file').hidden = false");
    browser.type("#import-file", json.toString());
    browser.await("document.querySelectorAll('.conversation').length === 2");

    browser.type("#import-file", markdown.toString());
    browser.await("document.getElementById('notice').textContent.startsWith('This file holds no')");
    assertEquals(2, browser.all(".conversation").size());
  }

  private static void awaitCancelled(long count) {
    while (demo.server().status().totals().cancelled() < count) {
      Thread.onSpinWait();
    }
  }

  /** The browser reserves a file's name with an empty one. */
  private static Path awaitFile(String name) throws Exception {
    Path file = downloads.resolve(name);
    while (!Files.exists(file) || Files.size(file) == 0) {
      Thread.sleep(20);
    }
    return file;
  }
}
