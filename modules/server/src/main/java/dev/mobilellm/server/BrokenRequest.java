package dev.mobilellm.server;

import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import java.util.Locale;

/** Replies to what is no request, in the same shape as to all others. */
record BrokenRequest(Exchange exchange) implements DirectHandler {

  @Override
  public TransportResponse handle(
      TransportRequest request,
      EventType type,
      Status status,
      ServerResponseHeaders headers,
      String message) {
    String words = words(status, message);
    boolean tooLarge = isAboutSize(words);
    int code = tooLarge ? 431 : status.code();
    ApiError error =
        ApiError.request(
            code,
            "The request is not acceptable: %s.".formatted(words),
            switch (code) {
              case 431 -> "headers_too_large";
              case 408 -> "request_timeout";
              default -> "bad_request";
            });
    exchange.replied(code);
    return TransportResponse.builder()
        .status(Status.create(code))
        .headers(headers)
        .header(HeaderNames.CONTENT_TYPE, Exchange.JSON)
        .entity(Exchange.bytes(error.json()))
        .keepAlive(false)
        .build();
  }

  /** Some of the web server's words end with a full stop, and some refer to a log of its own. */
  private static String words(Status status, String message) {
    if (message == null) {
      return status.reasonPhrase();
    }
    return message.contains("server log")
        ? "it is not what HTTP/1.1 wants"
        : message.replaceFirst("[.]+$", "");
  }

  /** The web server calls headers that are too large a bad request, and tells why in words only. */
  private static boolean isAboutSize(String words) {
    String lower = words.toLowerCase(Locale.ROOT);
    return lower.contains("header") && (lower.contains("size") || lower.contains("exceed"));
  }
}
