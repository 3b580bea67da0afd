package dev.mobilellm.server;

import dev.mobilellm.spi.UsageException;
import io.helidon.common.configurable.Resource;
import io.helidon.common.pki.Keys;
import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.time.Duration;
import java.util.function.Consumer;

/** Sets up the HTTP server: limits, TLS, and errors that all look alike. */
final class Listener {

  private static final Duration STOPPING = Duration.ofSeconds(2);

  /** The system's own would hide for megabytes, and so for many minutes, that nobody reads. */
  private static final int SEND_BUFFER = 1 << 17;

  private Listener() {}

  /**
   * A server that is not started.
   *
   * @throws UsageException if a TLS file cannot be used
   */
  static WebServer create(
      ServerOptions options,
      Exchange exchange,
      WriteClock clock,
      Consumer<HttpRouting.Builder> routes) {
    ServerOptions.Limits limits = options.limits();
    HttpRouting.Builder routing =
        HttpRouting.builder()
            .addFilter(new Access(options))
            .addFilter(
                (chain, request, _) -> {
                  chain.proceed();
                  answered(request);
                })
            .error(ApiError.class, (request, response, e) -> fail(exchange, request, response, e))
            .error(
                RuntimeException.class,
                (request, response, e) -> {
                  ApiError error = ApiError.of(e);
                  FailureLog.write(request, error);
                  fail(exchange, request, response, error);
                });
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
            .connectionOptions(socket -> socket.tcpNoDelay(true).socketSendBufferSize(SEND_BUFFER))
            .addConnectionSelector(
                new WatchedConnections(
                    Http1ConnectionSelector.builder().config(http1).build(),
                    limits.readTime(),
                    clock))
            .directHandlers(errors(exchange))
            .errorHandling(errors -> errors.includeEntity(true))
            .routing(routing);
    options.tls().ifPresent(tls -> secure(server, tls));
    return server.build();
  }

  /**
   * Tries the address. The web server would only log that it cannot have it.
   *
   * @throws UsageException if it cannot be listened on
   */
  static void requireFree(ServerOptions options) {
    try (ServerSocketChannel socket = ServerSocketChannel.open()) {
      socket.bind(new InetSocketAddress(InetAddress.getByName(options.host()), options.port()));
    } catch (IOException e) {
      throw cannotListen(options, cause(e));
    }
  }

  static UsageException cannotListen(ServerOptions options, String why) {
    return new UsageException(
        "Cannot listen on %s, port %d: %s.".formatted(options.host(), options.port(), why));
  }

  /** The words of the innermost cause that has any. */
  static String cause(Throwable e) {
    String words = e.getClass().getSimpleName();
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      words = cause.getMessage() == null ? words : cause.getMessage();
    }
    return words;
  }

  private static void fail(
      Exchange exchange, ServerRequest request, ServerResponse response, ApiError error) {
    if (!response.isSent()) {
      if (!request.content().consumed()) {
        response.header(HeaderValues.CONNECTION_CLOSE);
      }
      exchange.fail(response, error);
    }
    answered(request);
  }

  /** The web server says when a connection ends, and leaves it to the client to end it. */
  private static void answered(ServerRequest request) {
    ConnectionInput input = ConnectionInput.CURRENT.get();
    boolean complete = request.content().consumed();
    if (complete && !request.headers().containsToken(HeaderValues.CONNECTION_CLOSE)) {
      input.rest();
    } else {
      input.finish(complete);
    }
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
      requirePair(keys);
      server.tls(config -> config.privateKey(keys).privateKeyCertChain(keys));
    } catch (RuntimeException | GeneralSecurityException e) {
      throw new UsageException(
          "The TLS certificate %s and key %s cannot be used: %s; both must be PEM files, the key as PKCS#8 without a password."
              .formatted(tls.certificates(), tls.key(), cause(e)));
    }
  }

  /** Otherwise every client would be told of it, and the operator not. */
  private static void requirePair(Keys keys) throws GeneralSecurityException {
    PrivateKey key = keys.privateKey().orElseThrow();
    PublicKey certified = keys.certChain().getFirst().getPublicKey();
    if (!key.getAlgorithm().equals(certified.getAlgorithm()) || !isPair(key, certified)) {
      throw new KeyException("the key does not belong to the certificate");
    }
  }

  /** Whether what one of them signs is what the other one verifies. */
  private static boolean isPair(PrivateKey key, PublicKey certified)
      throws GeneralSecurityException {
    byte[] words = "from the holder of the key".getBytes(StandardCharsets.US_ASCII);
    String algorithm = key.getAlgorithm().equals("EC") ? "ECDSA" : key.getAlgorithm();
    Signature signature = Signature.getInstance("SHA256with" + algorithm);
    signature.initSign(key);
    signature.update(words);
    byte[] signed = signature.sign();
    signature.initVerify(certified);
    signature.update(words);
    try {
      return signature.verify(signed);
    } catch (SignatureException _) {
      // Of another length, as by a key on another curve.
      return false;
    }
  }

  /** What goes wrong before a request is understood. */
  private static DirectHandlers errors(Exchange exchange) {
    DirectHandlers.Builder handlers = DirectHandlers.builder();
    for (DirectHandler.EventType type : DirectHandler.EventType.values()) {
      handlers.addHandler(type, new BrokenRequest(exchange));
    }
    return handlers.build();
  }
}
