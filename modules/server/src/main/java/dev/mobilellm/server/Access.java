package dev.mobilellm.server;

import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Optional;

/** Who may ask: keys, and the pages of which origins. */
final class Access implements Filter {

  private static final String EXPOSED = "retry-after, " + Completions.IGNORED;

  private final List<byte[]> keys;
  private final List<String> origins;
  private final boolean page;

  Access(ServerOptions options) {
    keys = options.apiKeys().stream().map(Access::digest).toList();
    origins = options.corsOrigins();
    page = options.page();
  }

  @Override
  public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
    Optional<String> origin = request.headers().first(HeaderNames.ORIGIN);
    if (origin.isPresent() && !isSame(origin.get(), request)) {
      if (!origins.contains("*") && !origins.contains(origin.get())) {
        throw ApiError.request(
            403,
            "Pages of %s may not use this server; --cors-origin allows it.".formatted(origin.get()),
            "origin_not_allowed");
      }
      response.header(HeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, origin.get());
      response.header(HeaderNames.VARY, "Origin");
      response.header(HeaderNames.ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
      if (request.prologue().method().equals(Method.OPTIONS)) {
        response.header(HeaderNames.ACCESS_CONTROL_ALLOW_METHODS, "GET, POST");
        // OpenAI's own client sends a dozen that tell about itself.
        request
            .headers()
            .first(HeaderNames.ACCESS_CONTROL_REQUEST_HEADERS)
            .ifPresent(names -> response.header(HeaderNames.ACCESS_CONTROL_ALLOW_HEADERS, names));
        response.status(204).send();
        return;
      }
    }
    if (!keys.isEmpty()
        && !isOpen(request.path().path())
        && !isKnown(request.headers().first(HeaderNames.AUTHORIZATION).orElse(""))) {
      response.header(HeaderNames.WWW_AUTHENTICATE, "Bearer");
      throw ApiError.request(
          401, "A valid API key is needed: Authorization: Bearer KEY.", "invalid_api_key");
    }
    chain.proceed();
  }

  /** What a load balancer, and a browser before it can ask for a key, must reach without one. */
  private boolean isOpen(String path) {
    return path.equals("/health") || page && Page.has(path);
  }

  /** Takes the same time for every key of the same length, right or wrong. */
  private boolean isKnown(String authorization) {
    if (!authorization.regionMatches(true, 0, "Bearer ", 0, 7)) {
      return false;
    }
    byte[] given = digest(authorization.substring(7).strip());
    boolean known = false;
    for (byte[] key : keys) {
      known |= MessageDigest.isEqual(key, given);
    }
    return known;
  }

  private static boolean isSame(String origin, RoutingRequest request) {
    try {
      return request
          .headers()
          .first(HeaderNames.HOST)
          .orElse("")
          .equals(URI.create(origin).getAuthority());
    } catch (IllegalArgumentException _) {
      return false;
    }
  }

  private static byte[] digest(String key) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
