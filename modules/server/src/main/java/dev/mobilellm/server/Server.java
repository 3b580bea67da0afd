package dev.mobilellm.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mobilellm.runtime.LanguageModel;
import dev.mobilellm.runtime.generation.Prompt;
import dev.mobilellm.runtime.scheduling.Scheduler;
import dev.mobilellm.runtime.scheduling.SchedulerOptions;
import dev.mobilellm.runtime.scheduling.SchedulerStatus;
import dev.mobilellm.spi.UsageException;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;

/**
 * A server that answers with one model. It owns the scheduler, and neither the model nor the
 * process. Safe for several threads.
 */
public final class Server implements AutoCloseable {

  private final LanguageModel model;
  private final ServerOptions options;
  private final Metrics metrics = new Metrics();
  private final Exchange exchange;
  private final TaskReader tasks;
  private final WriteClock clock;
  private final WebServer http;
  private final Scheduler scheduler;
  private final Completions completions;
  private final long created = System.currentTimeMillis() / 1000;
  private volatile boolean draining;

  private Server(LanguageModel model, SchedulerOptions scheduling, ServerOptions options) {
    this.model = model;
    this.options = options;
    exchange = new Exchange(options.limits().bodyBytes(), metrics);
    tasks = new TaskReader(model, options);
    clock = new WriteClock(options.limits().writeTime(), metrics::stalled);
    http = Listener.create(options, exchange, clock, this::routes);
    // Behind what may fail, for it starts a thread.
    scheduler = model.schedule(scheduling);
    completions = new Completions(scheduler, metrics, exchange);
  }

  /**
   * Starts a server.
   *
   * @param model open as long as the server is; it needs a tokenizer
   * @throws UsageException if the address cannot be used, or a TLS file not be read
   */
  public static Server start(
      LanguageModel model, SchedulerOptions scheduling, ServerOptions options) {
    model.tokenizer();
    Listener.requireFree(options);
    Server server = new Server(model, scheduling, options);
    server.http.start();
    if (!server.http.isRunning()) {
      server.close();
      throw Listener.cannotListen(options, "somebody else was quicker");
    }
    return server;
  }

  /** The port that it listens on. */
  public int port() {
    return http.port();
  }

  /** What its scheduler is doing. */
  public SchedulerStatus status() {
    return scheduler.status();
  }

  /**
   * Takes no more requests, and waits until those that it has are answered and the answers sent.
   *
   * @return whether that was within the time
   * @throws InterruptedException if the thread that waits was interrupted
   */
  public boolean drain(Duration timeout) throws InterruptedException {
    draining = true;
    long end = System.nanoTime() + timeout.toNanos();
    return scheduler.drain(timeout)
        && completions.awaitReplies(Duration.ofNanos(end - System.nanoTime()));
  }

  @Override
  public void close() {
    draining = true;
    scheduler.close();
    if (http.isRunning()) {
      http.stop();
    }
    clock.close();
  }

  private void routes(HttpRouting.Builder routing) {
    routing
        .post("/v1/chat/completions", answer(true))
        .post("/v1/completions", answer(false))
        .get("/v1/models", (_, response) -> exchange.send(response, 200, models()))
        .get("/v1/models/{id}", this::model)
        .get("/health", this::health)
        .get("/metrics", this::metrics)
        .get("/version", this::version)
        .post("/tokenize", this::tokenize)
        .post("/detokenize", this::detokenize);
    if (options.page()) {
      new Page(exchange).route(routing);
    }
  }

  private Handler answer(boolean chat) {
    return (request, response) -> {
      JsonNode body = exchange.read(request);
      Task task = chat ? tasks.chat(body) : tasks.completion(body);
      String id = UUID.randomUUID().toString().replace("-", "");
      TokenText tokens = new TokenText(model.tokenizer());
      ReplyFormat format =
          chat
              ? new ChatFormat(id, task.stream(), options.modelName(), fingerprint(), tokens)
              : new CompletionFormat(id, options.modelName(), fingerprint(), tokens);
      completions.answer(task, format, request, response);
    };
  }

  /** What else an answer depends on, besides the request: program and device. */
  private String fingerprint() {
    return "mobilellm-%s-%s".formatted(options.version(), model.device().info().id());
  }

  private Map<String, String> build() {
    return Map.of(
        "version", options.version(),
        "model", options.modelName(),
        "device", model.device().info().id());
  }

  private ObjectNode models() {
    ObjectNode json = object().put("object", "list");
    json.putArray("data").add(modelEntry());
    return json;
  }

  private ObjectNode modelEntry() {
    return object()
        .put("id", options.modelName())
        .put("object", "model")
        .put("created", created)
        .put("owned_by", "mobilellm")
        .put("max_model_len", model.contextLength());
  }

  private void model(ServerRequest request, ServerResponse response) {
    String asked = request.path().pathParameters().get("id");
    if (!asked.equals(options.modelName())) {
      throw ApiError.modelNotFound(asked, options.modelName());
    }
    exchange.send(response, 200, modelEntry());
  }

  private void health(ServerRequest request, ServerResponse response) {
    exchange.send(
        response, draining ? 503 : 200, object().put("status", draining ? "draining" : "ok"));
  }

  private void metrics(ServerRequest request, ServerResponse response) {
    byte[] text = metrics.text(scheduler.status(), build()).getBytes(StandardCharsets.UTF_8);
    exchange.send(response, 200, "text/plain; version=0.0.4; charset=utf-8", text);
  }

  private void version(ServerRequest request, ServerResponse response) {
    exchange.send(response, 200, object().put("version", options.version()));
  }

  private void tokenize(ServerRequest request, ServerResponse response) {
    Prompt prompt = tasks.tokenize(exchange.read(request));
    ObjectNode json = object();
    ArrayNode tokens = json.putArray("tokens");
    for (int id : prompt.ids()) {
      tokens.add(id);
    }
    json.put("count", tokens.size()).put("max_model_len", model.contextLength());
    exchange.send(response, 200, json);
  }

  private void detokenize(ServerRequest request, ServerResponse response) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int id : tasks.tokens(exchange.read(request))) {
      bytes.writeBytes(model.tokenizer().decode(id));
    }
    exchange.send(response, 200, object().put("prompt", bytes.toString(StandardCharsets.UTF_8)));
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }
}
