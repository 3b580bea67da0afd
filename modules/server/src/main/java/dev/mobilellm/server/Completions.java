package dev.mobilellm.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mobilellm.runtime.generation.FinishReason;
import dev.mobilellm.runtime.generation.Generation;
import dev.mobilellm.runtime.scheduling.Likelihood;
import dev.mobilellm.runtime.scheduling.Scheduler;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Answers a task, whole or as a stream of server-sent events. Safe for several threads. */
final class Completions {

  /** The header that names the fields which mean nothing here. */
  static final String IGNORED = "x-mobilellm-ignored";

  /** Clients take no header of any length. */
  private static final int MOST_IGNORED = 1000;

  private final Scheduler scheduler;
  private final Metrics metrics;
  private final Exchange exchange;

  /** A permit for each reply that is being sent. */
  private final Semaphore replies = new Semaphore(Integer.MAX_VALUE);

  Completions(Scheduler scheduler, Metrics metrics, Exchange exchange) {
    this.scheduler = scheduler;
    this.metrics = metrics;
    this.exchange = exchange;
  }

  /** Answers; ends what is being made if the client goes away. */
  void answer(Task task, ReplyFormat format, ServerRequest request, ServerResponse response)
      throws InterruptedException, IOException {
    if (!task.ignored().isEmpty()) {
      response.header(IGNORED, words(task.ignored()));
    }
    replies.acquire();
    try (Answers answers = Answers.submit(scheduler, task, metrics)) {
      ConnectionInput.CURRENT.get().watch(answers::close);
      if (task.stream()) {
        stream(task, format, answers, request, response);
      } else {
        whole(task, format, answers, request, response);
      }
    } finally {
      replies.release();
    }
  }

  /** Waits until all replies are sent; false if that takes longer. */
  boolean awaitReplies(Duration time) throws InterruptedException {
    boolean sent = replies.tryAcquire(Integer.MAX_VALUE, time.toNanos(), TimeUnit.NANOSECONDS);
    if (sent) {
      replies.release(Integer.MAX_VALUE);
    }
    return sent;
  }

  private void whole(
      Task task,
      ReplyFormat format,
      Answers answers,
      ServerRequest request,
      ServerResponse response)
      throws InterruptedException {
    int count = task.prompts().size() * task.choices();
    Map<Integer, Generation> done = new TreeMap<>();
    Map<Integer, List<Likelihood>> likelihoods = new TreeMap<>();
    while (done.size() < count) {
      switch (answers.next()) {
        case Answers.Event.Piece piece ->
            likelihoods
                .computeIfAbsent(piece.choice(), _ -> new ArrayList<>())
                .addAll(piece.likelihoods());
        case Answers.Event.Ended ended -> {
          requireWanted(ended.generation());
          likelihoods
              .computeIfAbsent(ended.choice(), _ -> new ArrayList<>())
              .addAll(ended.likelihoods());
          done.put(ended.choice(), ended.generation());
        }
        case Answers.Event.Failed failed -> throw error(failed, format, request);
      }
    }
    ObjectNode reply = format.envelope();
    ArrayNode choices = reply.putArray("choices");
    done.forEach(
        (choice, generation) ->
            choices.add(
                format.whole(choice, generation, likelihoods.get(choice), task.extractBoxed())));
    reply.set("usage", ReplyFormat.usage(done, task.choices()));
    exchange.send(response, 200, reply);
  }

  private void stream(
      Task task,
      ReplyFormat format,
      Answers answers,
      ServerRequest request,
      ServerResponse response)
      throws InterruptedException, IOException {
    int count = task.prompts().size() * task.choices();
    Map<Integer, Generation> done = new TreeMap<>();
    // Until something came, an error still has a status of its own.
    Answers.Event event = answers.next();
    if (event instanceof Answers.Event.Failed failed) {
      throw error(failed, format, request);
    }
    metrics.reply(200);
    response
        .status(200)
        .header(HeaderNames.CONTENT_TYPE, "text/event-stream")
        .header(HeaderNames.CACHE_CONTROL, "no-cache")
        .header("x-accel-buffering", "no");
    try (OutputStream out = response.outputStream()) {
      for (int i = 0; i < count; i++) {
        write(out, task, format.opening(i));
      }
      while (true) {
        switch (event) {
          case Answers.Event.Piece(int choice, String text, List<Likelihood> likelihoods) ->
              write(out, task, List.of(format.piece(choice, text, likelihoods)));
          case Answers.Event.Ended(int choice, Generation generation, List<Likelihood> rest) -> {
            done.put(choice, generation);
            write(out, task, List.of(format.ending(choice, generation, rest, task.extractBoxed())));
          }
          case Answers.Event.Failed failed -> {
            write(out, error(failed, format, request).json().toString());
            return;
          }
        }
        if (done.size() == count) {
          break;
        }
        event = answers.next();
      }
      if (task.includeUsage()) {
        ObjectNode last = format.envelope();
        last.putArray("choices");
        last.set("usage", ReplyFormat.usage(done, task.choices()));
        write(out, last.toString());
      }
      write(out, "[DONE]");
    }
  }

  private static ApiError error(
      Answers.Event.Failed failed, ReplyFormat format, ServerRequest request) {
    ApiError error = ApiError.of(failed.cause());
    FailureLog.write(request, format.id(), error);
    return error;
  }

  private static String words(List<String> names) {
    String words = String.join(", ", names).replaceAll("[^ -~]", "?");
    return words.length() > MOST_IGNORED ? words.substring(0, MOST_IGNORED) + "..." : words;
  }

  /** Answers are cancelled only when nobody is there to read this. */
  private static void requireWanted(Generation generation) {
    if (generation.finishReason() == FinishReason.CANCELLED) {
      throw ApiError.request(499, "The client went away.", "cancelled");
    }
  }

  /** Clients that want the numbers of tokens expect the field in all chunks. */
  private static void write(OutputStream out, Task task, List<ObjectNode> chunks)
      throws IOException {
    for (ObjectNode chunk : chunks) {
      if (task.includeUsage()) {
        chunk.putNull("usage");
      }
      write(out, chunk.toString());
    }
  }

  private static void write(OutputStream out, String data) throws IOException {
    out.write(("data: " + data + "\n\n").getBytes(StandardCharsets.UTF_8));
    out.flush();
  }
}
