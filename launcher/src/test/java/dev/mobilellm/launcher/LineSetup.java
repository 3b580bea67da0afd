package dev.mobilellm.launcher;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** A console whose error stream can be read, and may be a terminal. */
abstract class LineSetup {

  final ByteArrayOutputStream err = new ByteArrayOutputStream();

  final Console console(boolean terminal) {
    return new Console(
        InputStream.nullInputStream(),
        Run.print(OutputStream.nullOutputStream()),
        Run.print(err),
        false,
        false,
        terminal);
  }

  /** What was written to the error stream. */
  final String text() {
    return err.toString(StandardCharsets.UTF_8);
  }
}
