package dev.mobilellm.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Progress with the time left shows late, on terminals only, and goes away. */
class ProgressLineTest extends LineSetup {

  @Test
  void shownOnATerminalAfterASecond() throws InterruptedException {
    try (ProgressLine line = new ProgressLine(console(true), "Evaluating", 100)) {
      line.report(1);
      assertEquals("", text());
      Thread.sleep(1_100);
      line.report(50);
      line.report(51);
      assertTrue(text().matches("\r\033\\[KEvaluating 50 %, [1-9] s left"), text());
    }
    assertTrue(text().endsWith("left\r\033[K"), text());
  }

  @Test
  void neverElsewhere() throws InterruptedException {
    try (ProgressLine line = new ProgressLine(console(false), "Evaluating", 100)) {
      Thread.sleep(1_100);
      line.report(50);
    }
    assertEquals("", text());
  }

  @Test
  void durations() {
    assertEquals("0 s", ProgressLine.duration(0.3));
    assertEquals("59 s", ProgressLine.duration(59.4));
    assertEquals("1 min 00 s", ProgressLine.duration(59.6));
    assertEquals("12 min 05 s", ProgressLine.duration(725));
    assertEquals("2 h 01 min", ProgressLine.duration(7_290));
  }
}
