package dev.mobilellm.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import org.junit.jupiter.api.Test;

/** Progress shows late, on terminals only, and goes away. */
class LoadingLineTest extends LineSetup {

  @Test
  void nothingInTheFirstSecond() {
    try (LoadingLine line = new LoadingLine(console(true))) {
      line.report("Preparing weights", 1, 4);
    }
    assertEquals("", text());
  }

  @Test
  void progressAfterASecondIsErased() throws InterruptedException {
    try (LoadingLine line = new LoadingLine(console(true))) {
      Thread.sleep(1_100);
      line.report("Preparing weights", 1, 4);
      assertEquals("\r\033[KPreparing weights 25 %", text());
      line.report("Preparing weights", 2, 4);
      assertEquals("\r\033[KPreparing weights 25 %", text(), "refreshed too soon");
      line.warning("The head is stray.");
      assertTrue(text().endsWith("25 %\r\033[Kmobilellm: The head is stray.\n"), text());
      Thread.sleep(150);
      line.report("Preparing weights", 3, 4);
    }
    assertTrue(text().endsWith("\r\033[KPreparing weights 75 %\r\033[K"), text());
  }

  @Test
  void noProgressWithoutATerminal() throws InterruptedException {
    try (LoadingLine line = new LoadingLine(console(false))) {
      Thread.sleep(1_100);
      line.report("Preparing weights", 1, 4);
      line.warning("The head is stray.");
    }
    assertEquals("mobilellm: The head is stray.\n", text());
  }

  @Test
  void aDeviceThatFailsLaterGetsALineOfItsOwn() {
    LoadingLine line =
        new LoadingLine(
            new Console(
                InputStream.nullInputStream(), Run.print(err), Run.print(err), false, true, true));
    line.fallback("It has too little memory.");
    line.close();
    Run.print(err).print("The answer is");
    line.fallback("It failed.");
    assertEquals(
        "mobilellm: It has too little memory.\nThe answer is\nmobilellm: It failed.\n", text());
  }
}
