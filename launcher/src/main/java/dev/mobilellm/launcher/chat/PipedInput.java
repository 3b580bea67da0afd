package dev.mobilellm.launcher.chat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Messages from a pipe or a file, UTF-8, without any prompt. */
final class PipedInput implements ChatInput {

  private final BufferedReader lines;

  PipedInput(InputStream in) {
    lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
  }

  @Override
  public Optional<String> next() {
    try {
      String typed = lines.readLine();
      while (typed != null && !Multiline.isComplete(typed)) {
        String more = lines.readLine();
        if (more == null) {
          break;
        }
        typed += "\n" + more;
      }
      return Optional.ofNullable(typed).map(Multiline::text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Standard input is the process's own. */
  @Override
  public void close() {}
}
