package dev.mobilellm.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mobilellm.runtime.LanguageModel;
import dev.mobilellm.runtime.LoadListener;
import dev.mobilellm.runtime.LoadOptions;
import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.runtime.plugins.Service;
import dev.mobilellm.runtime.scheduling.SchedulerOptions;
import dev.mobilellm.spi.sampling.Candidates;
import dev.mobilellm.spi.sampling.LogitsProcessor;
import dev.mobilellm.spi.sampling.LogitsProcessorProvider;
import dev.mobilellm.spi.sampling.SamplingOptions;
import dev.mobilellm.spi.sampling.TokenHistory;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

/** The demo model behind a server of its own. */
final class DemoServer implements AutoCloseable {

  static final String MODEL = "demo";

  static final String CHAT = "/v1/chat/completions";

  /** Fields of a question, and its answer. */
  static final String QUESTION =
      "\"model\":\"demo\",\"temperature\":0,\"messages\":[{\"role\":\"user\",\"content\":\"What is"
          + " 2+2?\"}]";

  static final String ANSWER = "2+2=4.\nThe answer is \\boxed{4}.";

  /** Fields of a completion that has 400 tokens: the end of a sequence is forbidden. */
  static final String LONG =
      "\"model\":\"demo\",\"temperature\":0,\"max_tokens\":400,\"prompt\":\"1+1\",\"logit_bias\":{\"762\":-100,\"765\":-100,\"766\":-100}";

  /** A request with this seed fails at its third token. */
  static final long FAULTY_SEED = 666;

  /** A request with this seed is answered with {@link #script}. */
  static final long SCRIPTED_SEED = 888;

  private static final int END_OF_TURN = 765;

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private static final class Faulty implements LogitsProcessorProvider {
    @Override
    public String name() {
      return "faulty";
    }

    @Override
    public int order() {
      return LOGITS;
    }

    @Override
    public Optional<LogitsProcessor> create(SamplingOptions options) {
      return options.seed().orElse(0) == FAULTY_SEED
          ? Optional.of(
              (_, history) -> {
                if (history.size() == history.promptLength() + 2) {
                  throw new IllegalStateException("a fault of its own,\nin two lines");
                }
              })
          : Optional.empty();
    }
  }

  /** Lets only one token through: the next of a text. */
  private static final class Scripted implements LogitsProcessorProvider {

    private volatile int[] tokens = {};
    private volatile Duration pace = Duration.ZERO;

    @Override
    public String name() {
      return "scripted";
    }

    @Override
    public int order() {
      return LOGITS;
    }

    @Override
    public Optional<LogitsProcessor> create(SamplingOptions options) {
      return options.seed().orElse(0) == SCRIPTED_SEED ? Optional.of(this::next) : Optional.empty();
    }

    private void next(Candidates candidates, TokenHistory history) {
      int at = history.size() - history.promptLength();
      int wanted = at < tokens.length ? tokens[at] : END_OF_TURN;
      for (int i = 0; i < candidates.size(); i++) {
        candidates.setLogit(i, candidates.id(i) == wanted ? 1 : Float.NEGATIVE_INFINITY);
      }
      LockSupport.parkNanos(pace.toNanos());
    }
  }

  private final Scripted scripted = new Scripted();
  private final LanguageModel model;
  private final Server server;
  private volatile HttpClient client = newClient();

  private DemoServer(SchedulerOptions scheduling, ServerOptions options) {
    model =
        LanguageModel.load(
            Path.of(System.getProperty("mobilellm.demo")),
            LoadOptions.DEFAULT.withDevice("java").withThreads(1),
            PluginRegistry.builtIn()
                .with(Service.PROCESSOR, new Faulty())
                .with(Service.PROCESSOR, scripted),
            LoadListener.NONE);
    server = Server.start(model, scheduling, options);
  }

  static DemoServer start() {
    return start(
        SchedulerOptions.DEFAULT, options(List.of(), List.of(), ServerOptions.Limits.DEFAULT));
  }

  static DemoServer start(SchedulerOptions scheduling, ServerOptions options) {
    return new DemoServer(scheduling, options);
  }

  static ServerOptions options(
      List<String> keys, List<String> origins, ServerOptions.Limits limits) {
    return options(keys, origins, true, limits);
  }

  static ServerOptions options(
      List<String> keys, List<String> origins, boolean page, ServerOptions.Limits limits) {
    return new ServerOptions(
        "127.0.0.1", 0, MODEL, "1.2.3", keys, origins, page, Optional.empty(), limits);
  }

  static ServerOptions.Limits limits(int body, int headers, int messages, int prompt, int tokens) {
    return new ServerOptions.Limits(
        body,
        headers,
        messages,
        prompt,
        tokens,
        64,
        4,
        Duration.ofSeconds(1),
        Duration.ofSeconds(1));
  }

  /** What requests with the seed for it are answered, and how long each token takes. */
  void script(String text, Duration pace) {
    scripted.tokens = model.tokenizer().encode(text);
    scripted.pace = pace;
  }

  Server server() {
    return server;
  }

  LanguageModel model() {
    return model;
  }

  int port() {
    return server.port();
  }

  String url() {
    return "http://127.0.0.1:" + port();
  }

  HttpResponse<String> get(String path, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url() + path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), BodyHandlers.ofString());
  }

  HttpResponse<String> post(String path, String body, String... headers)
      throws IOException, InterruptedException {
    return client.send(request(path, body, headers), BodyHandlers.ofString());
  }

  HttpRequest request(String path, String body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url() + path)).POST(BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return request.build();
  }

  HttpClient client() {
    return client;
  }

  /** Ends the connections that the client keeps for later. */
  void hangUp() {
    client.close();
    client = newClient();
  }

  /** Threads of its own would come and go, and be taken for those of the server. */
  private static HttpClient newClient() {
    return HttpClient.newBuilder().executor(Executors.newVirtualThreadPerTaskExecutor()).build();
  }

  JsonNode json(String path, String body) throws IOException, InterruptedException {
    return MAPPER.readTree(post(path, body).body());
  }

  static JsonNode json(String text) throws IOException {
    return MAPPER.readTree(text);
  }

  /** Waits until nothing runs any more. */
  void awaitIdle() throws InterruptedException {
    while (server.status().running() + server.status().queued() > 0) {
      Thread.sleep(2);
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
    server.close();
    model.close();
  }
}
