package dev.mobilellm.server;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How a server is reached, and what it puts up with.
 *
 * @param host address to listen on
 * @param port 0: any free one
 * @param modelName as clients name the model
 * @param version of the application
 * @param apiKeys clients must give one of them; empty: nobody is asked
 * @param corsOrigins web pages of these origins may use the server from browsers; {@code *}: all
 * @param page whether it has the chat page
 * @param tls certificate and key; empty: plain HTTP
 * @param limits of single requests
 */
public record ServerOptions(
    String host,
    int port,
    String modelName,
    String version,
    List<String> apiKeys,
    List<String> corsOrigins,
    boolean page,
    Optional<Tls> tls,
    Limits limits) {

  /** PEM files. */
  public record Tls(Path certificates, Path key) {}

  /**
   * Limits of a request; one that goes beyond is refused.
   *
   * @param bodyBytes of the body: 413
   * @param headerBytes of all headers: 431
   * @param messages of a chat: 400
   * @param promptTokens of a prompt: 400
   * @param maxTokens of an answer: 400
   * @param defaultMaxTokens of an answer if the client does not say
   * @param choices answers, over all prompts of a request: 400
   * @param readTime for a request to arrive: 408
   * @param writeTime for a client to take a piece of a reply; then its connection is closed
   */
  public record Limits(
      int bodyBytes,
      int headerBytes,
      int messages,
      int promptTokens,
      int maxTokens,
      int defaultMaxTokens,
      int choices,
      Duration readTime,
      Duration writeTime) {

    /** 1 MiB, 16 KiB, 256 messages, any prompt and answer, 2,048 tokens, 8 choices, 30 seconds. */
    public static final Limits DEFAULT =
        new Limits(
            1 << 20,
            16 << 10,
            256,
            Integer.MAX_VALUE,
            Integer.MAX_VALUE,
            2048,
            8,
            Duration.ofSeconds(30),
            Duration.ofSeconds(30));
  }

  public ServerOptions {
    apiKeys = List.copyOf(apiKeys);
    corsOrigins = List.copyOf(corsOrigins);
  }
}
