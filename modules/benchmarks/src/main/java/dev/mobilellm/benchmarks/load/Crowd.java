package dev.mobilellm.benchmarks.load;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/** So many clients at once, each asking again as soon as it is answered. */
final class Crowd {

  private static final long BACK_OFF_MILLIS = 200;

  private final LoadPlan plan;
  private final AnswerStream server;
  private final Prompts prompts;
  private final int clients;
  private final Queue<Long> first = new ConcurrentLinkedQueue<>();
  private final Queue<Long> next = new ConcurrentLinkedQueue<>();
  private final LongAdder tokens = new LongAdder();
  private final LongAdder promptTokens = new LongAdder();
  private final AtomicInteger answers = new AtomicInteger();
  private final AtomicInteger errors = new AtomicInteger();
  private final AtomicReference<String> lastError = new AtomicReference<>("");

  Crowd(LoadPlan plan, AnswerStream server, Prompts prompts, int clients) {
    this.plan = plan;
    this.server = server;
    this.prompts = prompts;
    this.clients = clients;
  }

  /**
   * Lets them ask for the time that is planned. What is not complete then counts as far as it got.
   *
   * @param progress told every second how it stands
   */
  Reading run(Consumer<String> progress) throws InterruptedException {
    long start = System.nanoTime();
    long end = start + plan.time().toNanos();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      threads.add(Thread.ofVirtual().start(() -> askUntil(end)));
    }
    for (Thread thread : threads) {
      while (!thread.join(Duration.ofSeconds(1))) {
        long seconds = (System.nanoTime() - start) / 1_000_000_000;
        progress.accept(
            "%d clients: %d of %d s, %d tokens in complete answers, %d errors %s"
                .formatted(
                    clients,
                    seconds,
                    plan.time().toSeconds(),
                    tokens.sum(),
                    errors.get(),
                    lastError.get()));
      }
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    return new Reading(
        clients,
        tokens.sum() / seconds,
        Spread.of(first),
        Spread.of(next),
        answers.get(),
        promptTokens.sum(),
        errors.get());
  }

  private void askUntil(long end) {
    while (System.nanoTime() < end) {
      try {
        Pieces pieces = new Pieces(System.nanoTime());
        AnswerStream.Answer answer =
            server.ask(List.of(prompts.next()), pieces::came, () -> System.nanoTime() >= end);
        tokens.add(answer.tokens());
        promptTokens.add(answer.promptTokens());
        answers.addAndGet(answer.complete() ? 1 : 0);
      } catch (IOException e) {
        errors.incrementAndGet();
        lastError.set("(%s)".formatted(e.getMessage()));
        rest();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /** A server that refuses everything is not asked a million times. */
  private static void rest() {
    try {
      Thread.sleep(BACK_OFF_MILLIS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** When the pieces of one answer came. */
  private final class Pieces {

    private long last;
    private boolean begun;

    Pieces(long asked) {
      last = asked;
    }

    void came(long now) {
      (begun ? next : first).add(now - last);
      begun = true;
      last = now;
    }
  }
}
