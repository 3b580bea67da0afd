package dev.mobilellm.server;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.helidon.common.buffers.DataReader;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** Bodies of requests and replies. Safe for several threads. */
final class Exchange {

  static final String JSON = "application/json";

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** What the reader of JSON says to those who wrote the server. */
  private static final Pattern LIBRARY =
      Pattern.compile(" \\(start marker at .*|: enable `.*|, from `[^`]*`");

  private final int mostBytes;
  private final Metrics metrics;

  Exchange(int mostBytes, Metrics metrics) {
    this.mostBytes = mostBytes;
    this.metrics = metrics;
  }

  /** The body as JSON. */
  JsonNode read(ServerRequest request) {
    byte[] body = bytes(request);
    try {
      JsonNode json = MAPPER.readTree(body);
      if (json == null || json.isMissingNode()) {
        throw ApiError.request(400, "The body is empty; send a JSON object.", "invalid_json");
      }
      return json;
    } catch (JsonProcessingException e) {
      throw ApiError.request(
          400,
          "The body is no JSON: %s%s."
              .formatted(LIBRARY.matcher(e.getOriginalMessage()).replaceAll(""), place(e)),
          "invalid_json");
    } catch (CharConversionException e) {
      throw ApiError.request(400, "The body is no JSON: it is not UTF-8 text.", "invalid_json");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Replies with JSON. */
  void send(ServerResponse response, int status, JsonNode json) {
    send(response, status, JSON, bytes(json));
  }

  /** Replies with text. */
  void send(ServerResponse response, int status, String type, byte[] body) {
    metrics.reply(status);
    response.status(status).header(HeaderNames.CONTENT_TYPE, type).send(body);
  }

  /** Notes a reply that the web server sends. */
  void replied(int status) {
    metrics.reply(status);
  }

  /** Replies with an error. */
  void fail(ServerResponse response, ApiError error) {
    error
        .retryAfter()
        .ifPresent(
            time -> response.header(HeaderNames.RETRY_AFTER, String.valueOf(time.toSeconds())));
    send(response, error.status(), error.json());
  }

  static byte[] bytes(JsonNode json) {
    return json.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static String place(JsonProcessingException e) {
    JsonLocation at = e.getLocation();
    return at == null || at.getLineNr() < 1
        ? ""
        : ", at line %d, column %d".formatted(at.getLineNr(), at.getColumnNr());
  }

  private byte[] bytes(ServerRequest request) {
    if (request.headers().contentLength().orElse(0) > mostBytes) {
      throw tooLarge();
    }
    try (InputStream in = request.content().inputStream()) {
      byte[] bytes = in.readNBytes(mostBytes + 1);
      if (bytes.length > mostBytes) {
        throw tooLarge();
      }
      return bytes;
    } catch (DataReader.InsufficientDataAvailableException _) {
      throw ApiError.request(
          400, "The body ended before all of it had arrived.", "incomplete_body");
    } catch (NumberFormatException e) {
      throw ApiError.request(
          400, "The body is no chunks: the size of one is no number.", "bad_request");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ApiError tooLarge() {
    return ApiError.request(
        413,
        "The body is larger than the %d bytes allowed.".formatted(mostBytes),
        "body_too_large");
  }
}
