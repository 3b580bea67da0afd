package dev.mobilellm.server;

import io.helidon.http.HttpPrologue;
import io.helidon.webserver.http.ServerRequest;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.regex.Pattern;

/**
 * Tells the operator of failures that are not the clients'. A line for each; with its stack trace
 * if the logger is at {@link Level#DEBUG}. Safe for several threads.
 */
final class FailureLog {

  static final String NAME = "dev.mobilellm.server";

  private static final Logger LOG = System.getLogger(NAME);

  /** Messages may be anybody's words, and shall not look like further lines. */
  private static final Pattern LINE_BREAKS = Pattern.compile("[\\p{Cc}\\p{Zl}\\p{Zp}]+");

  private FailureLog() {}

  /** Writes what a request failed with, unless that is the client's to know only. */
  static void write(ServerRequest request, ApiError error) {
    write(request, "", error);
  }

  /** The same about the answer of an id. */
  static void write(ServerRequest request, String id, ApiError error) {
    Throwable cause = error.getCause();
    if (cause == null) {
      return;
    }
    HttpPrologue prologue = request.prologue();
    String line =
        "%s %s%s failed: %s"
            .formatted(
                prologue.method(),
                prologue.uriPath().rawPath(),
                id.isEmpty() ? "" : " " + id,
                cause);
    LOG.log(
        Level.ERROR,
        LINE_BREAKS.matcher(line).replaceAll(" "),
        LOG.isLoggable(Level.DEBUG) ? cause : null);
  }
}
