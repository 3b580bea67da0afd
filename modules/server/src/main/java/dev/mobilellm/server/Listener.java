package dev.mobilellm.server;

import dev.mobilellm.spi.UsageException;
import io.helidon.common.configurable.Resource;
import io.helidon.common.pki.Keys;
import io.helidon.http.DirectHandler;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import java.time.Duration;
import java.util.function.Consumer;

/** Sets up the HTTP server: limits, TLS, and errors that all look alike. */
final class Listener {

  private static final Duration STOPPING = Duration.ofSeconds(2);

  private Listener() {}

  /**
   * A server that is not started.
   *
   * @throws UsageException if a TLS file cannot be used
   */
  static WebServer create(
      ServerOptions options, Exchange exchange, Consumer<HttpRouting.Builder> routes) {
    ServerOptions.Limits limits = options.limits();
    HttpRouting.Builder routing =
        HttpRouting.builder()
            .addFilter(new Access(options))
            .addFilter(
                (chain, _, _) -> {
                  chain.proceed();
                  ConnectionInput.CURRENT.get().rest();
                })
            .error(ApiError.class, (_, response, e) -> fail(exchange, response, e))
            .error(
                UsageException.class, (_, response, e) -> fail(exchange, response, ApiError.of(e)))
            .error(
                RuntimeException.class,
                (_, response, e) -> fail(exchange, response, ApiError.of(e)));
    routes.accept(routing);
    routing.any(
        (request, _) -> {
          throw ApiError.notFound(request);
        });
    Http1Config http1 =
        Http1Config.builder()
            .maxHeadersSize(limits.headerBytes())
            .maxPrologueLength(limits.headerBytes())
            .build();
    WebServerConfig.Builder server =
        WebServer.builder()
            .host(options.host())
            .port(options.port())
            .useNio(false)
            .protocolsDiscoverServices(false)
            .shutdownHook(false)
            .shutdownGracePeriod(STOPPING)
            .connectionOptions(socket -> socket.tcpNoDelay(true))
            .addConnectionSelector(
                new WatchedConnections(
                    Http1ConnectionSelector.builder().config(http1).build(), limits.readTime()))
            .directHandlers(errors())
            .errorHandling(errors -> errors.includeEntity(true))
            .routing(routing);
    options.tls().ifPresent(tls -> secure(server, tls));
    return server.build();
  }

  /** The words of the innermost cause that has any. */
  static String cause(Throwable e) {
    String words = e.getClass().getSimpleName();
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      words = cause.getMessage() == null ? words : cause.getMessage();
    }
    return words;
  }

  private static void fail(Exchange exchange, ServerResponse response, ApiError error) {
    if (!response.isSent()) {
      exchange.fail(response, error);
    }
    ConnectionInput.CURRENT.get().rest();
  }

  private static void secure(WebServerConfig.Builder server, ServerOptions.Tls tls) {
    try {
      Keys keys =
          Keys.builder()
              .pem(
                  pem ->
                      pem.key(Resource.create(tls.key()))
                          .certChain(Resource.create(tls.certificates())))
              .build();
      server.tls(config -> config.privateKey(keys).privateKeyCertChain(keys));
    } catch (RuntimeException e) {
      throw new UsageException(
          "The TLS certificate %s and key %s cannot be used: %s; both must be PEM files."
              .formatted(tls.certificates(), tls.key(), cause(e)));
    }
  }

  /** What goes wrong before a request is understood. */
  private static DirectHandlers errors() {
    DirectHandlers.Builder handlers = DirectHandlers.builder();
    for (DirectHandler.EventType type : DirectHandler.EventType.values()) {
      handlers.addHandler(type, new BrokenRequest());
    }
    return handlers.build();
  }
}
