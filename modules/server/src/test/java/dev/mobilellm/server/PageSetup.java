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
abstract class PageSetup {

  @TempDir static Path downloads;
  static DemoServer demo;
  static Browser browser;

  @BeforeAll
  static void start() {
    browser = Browser.start(downloads);
    demo = DemoServer.start();
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.close();
      demo.close();
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
