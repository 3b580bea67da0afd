package dev.mobilellm.runtime.scheduling;

import dev.mobilellm.runtime.generation.AnswerSetting;
import dev.mobilellm.runtime.generation.ForwardPass;
import dev.mobilellm.runtime.generation.Generation;
import dev.mobilellm.spi.UsageException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Answers many requests at once. Each pass over the weights serves all that run: requests join and
 * leave between passes, prompts are read in chunks beside the answers of others, and those that
 * find no place wait in a queue, first come first served. What one request gets does not depend on
 * the others, as far as the device computes each row of a batch alike.
 *
 * <p>Memory for key/value caches is promised to an answer before it starts, for all the tokens that
 * it may take, so that none runs out of it later.
 *
 * <p>Safe for several threads. The work is done by a thread of its own.
 */
public final class Scheduler implements AutoCloseable {

  private final AnswerSetting setting;
  private final int contextLength;
  private final SchedulerOptions options;
  private final CacheCost cost;
  private final Counters counters = new Counters();
  private final RunningAnswers running;
  private final ServiceTime serviceTime = new ServiceTime();
  private final Thread thread;

  /** Guards what follows; notified when one of them changes. */
  private final Object lock = new Object();

  private final Deque<Answering> queue = new ArrayDeque<>();
  private boolean draining;
  private boolean closed;
  private SchedulerStatus status;

  /** How many run, for those who submit; the thread's own list is not theirs. */
  private int places;

  private boolean telling;

  /** Started by {@link dev.mobilellm.runtime.LanguageModel#schedule}. */
  public Scheduler(
      ForwardPass device,
      AnswerSetting setting,
      int contextLength,
      int maxBatchTokens,
      CacheCost cost,
      SchedulerOptions options) {
    this.setting = setting;
    this.contextLength = contextLength;
    this.cost = cost;
    // One token of a batch stays for prompts, or one that is being read would never get on.
    this.options =
        options.withMaxRunning(Math.min(options.maxRunning(), Math.max(1, maxBatchTokens - 1)));
    this.running =
        new RunningAnswers(
            device, contextLength, maxBatchTokens, cost, this.options, counters, serviceTime);
    this.status = running.status(0);
    this.thread = Thread.ofPlatform().name("mobilellm-scheduler").daemon().start(this::run);
  }

  /**
   * Asks for an answer.
   *
   * @param listener told about it; its {@code cancelled} is asked before each pass
   * @return completed by the scheduler's thread with the answer, or exceptionally with what ended
   *     it: an error of a plugin, a {@link dev.mobilellm.spi.device.DeviceException}, or a {@link
   *     RefusedException} if the scheduler was closed. An answer that was cancelled is complete,
   *     and says so
   * @throws UsageException if the request cannot be meant: its prompt is longer than the context,
   *     or holds an id that is not in the vocabulary
   * @throws RefusedException if there is no place for it
   */
  public CompletableFuture<Generation> submit(AnswerRequest request, AnswerListener listener) {
    request.prompt().requireFits(contextLength);
    int positions =
        (int)
            Math.min(
                contextLength, (long) request.prompt().length() + request.options().maxTokens());
    Answering answering =
        new Answering(
            request,
            setting.draft(request.prompt(), request.options(), listener),
            listener,
            request.alternatives().isPresent()
                ? Optional.of(
                    new LikelihoodReader(
                        setting.vocabularySize(), request.alternatives().getAsInt()))
                : Optional.empty(),
            positions);
    requireMemory(positions);
    synchronized (lock) {
      if (draining || closed) {
        counters.refused.increment();
        throw RefusedException.closing();
      }
      if (queue.size() + places >= options.maxRunning() + options.maxQueued()) {
        counters.refused.increment();
        throw queueFull();
      }
      counters.accepted.increment();
      queue.addLast(answering);
      lock.notifyAll();
    }
    return answering.answer;
  }

  /** What it is doing. */
  public SchedulerStatus status() {
    synchronized (lock) {
      return new SchedulerStatus(
          places,
          queue.size(),
          status.cachedPrompts(),
          status.cacheBytes(),
          status.cacheBytesLimit(),
          counters.totals());
    }
  }

  /**
   * Takes no more requests, and waits until those that it has are answered.
   *
   * @return whether they were within the time
   * @throws InterruptedException if the thread that waits was interrupted
   */
  public boolean drain(Duration timeout) throws InterruptedException {
    long end = System.nanoTime() + timeout.toNanos();
    synchronized (lock) {
      draining = true;
      while (!queue.isEmpty() || places > 0 || telling) {
        long millis = Duration.ofNanos(end - System.nanoTime()).toMillis();
        if (millis <= 0) {
          return false;
        }
        lock.wait(millis);
      }
      return true;
    }
  }

  /** Ends what still runs or waits with a {@link RefusedException}, and gives its memory back. */
  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
      lock.notifyAll();
    }
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void requireMemory(int positions) {
    long needed = cost.bytes(positions);
    if (needed > options.cacheBytes()) {
      counters.refused.increment();
      throw new RefusedException(
          RefusedException.Reason.TOO_LARGE,
          "Prompt and answer of up to %d tokens may take %d MiB of key/value cache, but all requests together have %d MiB; ask for fewer tokens."
              .formatted(positions, mebibytes(needed), mebibytes(options.cacheBytes())),
          Optional.empty());
    }
  }

  private RefusedException queueFull() {
    return new RefusedException(
        RefusedException.Reason.QUEUE_FULL,
        "%d requests wait already, and no more may; ask again later.".formatted(queue.size()),
        Optional.of(serviceTime.untilFree(queue.size(), options.maxRunning())));
  }

  private void run() {
    while (awaitWork()) {
      admit();
      running.step();
      publish();
    }
    List<Answering> left;
    synchronized (lock) {
      left = new ArrayList<>(queue);
      queue.clear();
    }
    left.forEach(waiting -> running.fail(waiting, RefusedException.closing()));
    running.close();
    publish();
  }

  /** Waits while there is nothing to do; false: the end. */
  private boolean awaitWork() {
    synchronized (lock) {
      while (!closed && queue.isEmpty() && running.isEmpty()) {
        try {
          lock.wait();
        } catch (InterruptedException _) {
          // Nobody but close() ends this thread.
        }
      }
      return !closed;
    }
  }

  /** In the order of their arrival: the first that finds no room keeps the others waiting. */
  private void admit() {
    List<Answering> gone = new ArrayList<>();
    synchronized (lock) {
      queue.removeIf(waiting -> running.hasGone(waiting) && gone.add(waiting));
      // Until they are counted as cancelled, they count as running.
      places += gone.size();
    }
    gone.forEach(running::cancel);
    Optional<Answering> next = poll();
    while (next.isPresent()) {
      running.start(next.get());
      next = poll();
    }
  }

  private Optional<Answering> poll() {
    synchronized (lock) {
      if (queue.isEmpty() || !running.hasRoom(queue.getFirst())) {
        return Optional.empty();
      }
      places++;
      return Optional.of(queue.removeFirst());
    }
  }

  /** Who learns that an answer ended finds its place free and its tokens counted. */
  private void publish() {
    List<Runnable> endings = running.takeEndings();
    synchronized (lock) {
      places = running.size();
      status = running.status(queue.size());
      telling = !endings.isEmpty();
      lock.notifyAll();
    }
    endings.forEach(Runnable::run);
    synchronized (lock) {
      telling = false;
      lock.notifyAll();
    }
  }

  private static long mebibytes(long bytes) {
    return Math.ceilDiv(bytes, 1 << 20);
  }
}
