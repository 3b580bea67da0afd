package dev.mobilellm.server;

import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.http.PathMatchers;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The chat page: files out of this module, read when they are first asked for. Thread-safe. */
final class Page {

  private static final String FOLDER = "/page/";

  /**
   * Only what this server sends is loaded, run or shown, and markup comes from the sanitiser alone.
   */
  private static final String CONTENT_SECURITY_POLICY =
      String.join(
          "; ",
          "default-src 'none'",
          "script-src 'self'",
          "style-src 'self'",
          "font-src 'self'",
          "img-src 'self'",
          "connect-src 'self'",
          "base-uri 'none'",
          "form-action 'none'",
          "frame-ancestors 'none'",
          "require-trusted-types-for 'script'",
          "trusted-types dompurify");

  private static final Map<String, String> HEADERS =
      Map.of(
          "Content-Security-Policy", CONTENT_SECURITY_POLICY,
          "X-Content-Type-Options", "nosniff",
          "Referrer-Policy", "no-referrer",
          "Cache-Control", "no-cache",
          "Vary", "Accept-Encoding");

  private final Exchange exchange;
  private final Map<String, PageFile> files = new ConcurrentHashMap<>();

  Page(Exchange exchange) {
    this.exchange = exchange;
  }

  /** Whether a path is the page or a part of it. */
  static boolean has(String path) {
    return path.equals("/") || path.startsWith(FOLDER);
  }

  /** Adds the page to what a server answers. */
  void route(HttpRouting.Builder routing) {
    routing.route(
        Method.predicate(Method.GET, Method.HEAD),
        PathMatchers.create("/"),
        (request, response) -> send(request, response, "index.html"));
    routing.route(
        Method.predicate(Method.GET, Method.HEAD),
        PathMatchers.create(FOLDER + "{+name}"),
        (request, response) ->
            send(request, response, request.path().pathParameters().get("name")));
  }

  private void send(ServerRequest request, ServerResponse response, String name) {
    PageFile file =
        files.computeIfAbsent(
            name, missing -> PageFile.find(missing).orElseThrow(() -> ApiError.notFound(request)));
    HEADERS.forEach((header, value) -> response.header(HeaderNames.create(header), value));
    response.header(HeaderNames.ETAG, file.tag());
    if (asks(request, "If-None-Match", file.tag())) {
      exchange.send(response, 304, file.type(), new byte[0]);
    } else if (file.gzip().isPresent() && asks(request, "Accept-Encoding", "gzip")) {
      response.header(HeaderNames.CONTENT_ENCODING, "gzip");
      exchange.send(response, 200, file.type(), file.gzip().get());
    } else {
      exchange.send(response, 200, file.type(), file.bytes());
    }
  }

  private static boolean asks(ServerRequest request, String header, String word) {
    return request.headers().first(HeaderNames.create(header)).orElse("").contains(word);
  }
}
