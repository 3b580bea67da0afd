package dev.mobilellm.server;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mobilellm.runtime.scheduling.RefusedException;
import dev.mobilellm.spi.UsageException;
import io.helidon.webserver.http.ServerRequest;
import java.time.Duration;
import java.util.Optional;

/** An answer that is no success, in the shape that clients of OpenAI's protocol read. */
final class ApiError extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final int status;
  private final String type;
  private final String parameter;
  private final String code;
  private final transient Optional<Duration> retryAfter;

  private ApiError(
      int status,
      String type,
      String message,
      String parameter,
      String code,
      Optional<Duration> retryAfter) {
    super(message);
    this.status = status;
    this.type = type;
    this.parameter = parameter;
    this.code = code;
    this.retryAfter = retryAfter;
  }

  /** 400, about a field. */
  static ApiError field(String parameter, String message) {
    return invalid(400, message, parameter, "invalid_value");
  }

  /** Something about the request as a whole. */
  static ApiError request(int status, String message, String code) {
    return invalid(status, message, null, code);
  }

  static ApiError modelNotFound(String asked, String served) {
    return invalid(
        404,
        "There is no model \"%s\" here; this server has \"%s\".".formatted(asked, served),
        "model",
        "model_not_found");
  }

  /** 404, about a path. */
  static ApiError notFound(ServerRequest request) {
    return request(
        404,
        "There is nothing at %s %s.".formatted(request.prologue().method(), request.path().path()),
        "not_found");
  }

  /** What a failed answer means for its client; with a cause if that is an error of the server. */
  static ApiError of(Throwable cause) {
    return switch (cause) {
      case ApiError error -> error;
      case UsageException e -> request(400, e.getMessage(), "invalid_request");
      case RefusedException e -> refused(e);
      default -> {
        ApiError error =
            new ApiError(
                500,
                "server_error",
                "The answer ended with an error: %s".formatted(cause),
                null,
                "internal_error",
                Optional.empty());
        error.initCause(cause);
        yield error;
      }
    };
  }

  int status() {
    return status;
  }

  Optional<Duration> retryAfter() {
    return retryAfter;
  }

  ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.putObject("error")
        .put("message", getMessage())
        .put("type", type)
        .put("param", parameter)
        .put("code", code);
    return json;
  }

  private static ApiError refused(RefusedException e) {
    return switch (e.reason()) {
      case QUEUE_FULL ->
          new ApiError(429, "rate_limit_error", e.getMessage(), null, "queue_full", e.retryAfter());
      case TOO_LARGE -> invalid(400, e.getMessage(), "max_tokens", "kv_cache_exceeded");
      case CLOSING ->
          new ApiError(503, "server_error", e.getMessage(), null, "shutting_down", e.retryAfter());
    };
  }

  private static ApiError invalid(int status, String message, String parameter, String code) {
    return new ApiError(
        status, "invalid_request_error", message, parameter, code, Optional.empty());
  }
}
