package dev.mobilellm.server;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * The page of the demo model in Chromium, for each test as somebody sees it who was never there.
 */
abstract class PageSetup extends ServerSetup {

  @TempDir static Path downloads;
  static Browser browser;

  @BeforeAll
  static void startBrowser() {
    browser = Browser.start(downloads);
  }

  @AfterAll
  static void stopBrowser() {
    if (browser != null) {
      browser.close();
    }
  }

  @BeforeEach
  void open() {
    browser.openFresh(demo);
  }

  /** Scripts that failed, and what the policy had to refuse, would be here. */
  @AfterEach
  void nobodyComplained() {
    browser.assertNoComplaints();
  }
}
