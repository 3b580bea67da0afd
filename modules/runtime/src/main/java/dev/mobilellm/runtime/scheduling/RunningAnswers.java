package dev.mobilellm.runtime.scheduling;

import dev.mobilellm.runtime.generation.FinishReason;
import dev.mobilellm.runtime.generation.ForwardPass;
import dev.mobilellm.runtime.generation.Generation;
import dev.mobilellm.runtime.generation.ReadTokens;
import dev.mobilellm.spi.device.DeviceException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;

/** The answers that are being made, and the memory that they share. Used by one thread. */
final class RunningAnswers implements AutoCloseable {

  private final ForwardPass device;
  private final int contextLength;
  private final int maxBatchTokens;
  private final CacheCost cost;
  private final SchedulerOptions options;
  private final Counters counters;
  private final ServiceTime serviceTime;
  private final PrefixCache cache;
  private final KnownPrefixes prefixes;

  /** Those that read their prompts; the first is next to get on. */
  private final Deque<Answering> reading = new ArrayDeque<>();

  private final List<Answering> writing = new ArrayList<>();

  /** What is to be told to those whose answers ended. */
  private final List<Runnable> endings = new ArrayList<>();

  private long promised;

  RunningAnswers(
      ForwardPass device,
      int contextLength,
      int maxBatchTokens,
      CacheCost cost,
      SchedulerOptions options,
      Counters counters,
      ServiceTime serviceTime) {
    this.device = device;
    this.contextLength = contextLength;
    this.maxBatchTokens = maxBatchTokens;
    this.cost = cost;
    this.options = options;
    this.counters = counters;
    this.serviceTime = serviceTime;
    this.cache = new PrefixCache(cost);
    this.prefixes = new KnownPrefixes(cache);
  }

  boolean isEmpty() {
    return reading.isEmpty() && writing.isEmpty();
  }

  int size() {
    return reading.size() + writing.size();
  }

  SchedulerStatus status(int queued) {
    return new SchedulerStatus(
        size(),
        queued,
        cache.size(),
        promised + cache.bytes(),
        options.cacheBytes(),
        counters.totals());
  }

  /** Whether one more may start. */
  boolean hasRoom(Answering next) {
    return size() < options.maxRunning() && fits(cost.bytes(next.positions));
  }

  /** Starts an answer, with what the cache has of its prompt. */
  void start(Answering answering) {
    try {
      ReadTokens sequence = sequence(answering);
      long bytes = cost.bytes(Math.max(answering.positions, sequence.highest()));
      promised += bytes;
      answering.start(sequence, bytes);
      counters.promptTokens.add(answering.promptLength());
      counters.cachedTokens.add(answering.cached());
      counters.cacheHits.add(answering.cached() > 0 ? 1 : 0);
      reading.addLast(answering);
    } catch (RuntimeException | Error e) {
      fail(answering, e);
    }
  }

  /** One forward pass for all. */
  void step() {
    every(this::hasGone).forEach(this::cancel);
    Step step = new Step();
    try {
      plan(step);
      if (step.isEmpty()) {
        return;
      }
      counters.passes.increment();
      step.run(device).forEach(this::append);
    } catch (RuntimeException | Error e) {
      // Nobody knows what the sequences hold now.
      if (e instanceof DeviceException) {
        dropCache();
      }
      List.copyOf(step.members()).forEach(member -> fail(member, e));
    }
  }

  /** Whether nobody wants an answer any more; one that cannot say so is not wanted either. */
  boolean hasGone(Answering answering) {
    try {
      return answering.cancelled();
    } catch (RuntimeException | Error _) {
      return true;
    }
  }

  /** Ends an answer that nobody wants any more. */
  void cancel(Answering answering) {
    finish(answering, FinishReason.CANCELLED, counters.cancelled);
  }

  /** Ends an answer with an error. Its sequence is not used again. */
  void fail(Answering answering, Throwable cause) {
    if (leave(answering)) {
      answering.release().ifPresent(ReadTokens::close);
      counters.failed.increment();
      endings.add(() -> answering.answer.completeExceptionally(cause));
    }
  }

  /** What those shall be told whose answers ended: when their places are free already. */
  List<Runnable> takeEndings() {
    List<Runnable> taken = List.copyOf(endings);
    endings.clear();
    return taken;
  }

  @Override
  public void close() {
    every(_ -> true).forEach(answering -> fail(answering, RefusedException.closing()));
    dropCache();
  }

  private void plan(Step step) {
    writing.forEach(step::write);
    int room =
        writing.isEmpty()
            ? maxBatchTokens
            : Math.min(options.chunkTokens(), maxBatchTokens - writing.size());
    List<Answering> later = new ArrayList<>();
    while (room > 0 && !reading.isEmpty()) {
      Answering first = reading.removeFirst();
      try {
        adopt(first);
        room -= step.read(first, room);
        later.add(first);
      } catch (RuntimeException | Error e) {
        fail(first, e);
      }
    }
    // Who got something goes behind those who did not.
    reading.addAll(later);
  }

  private void append(Answering answering) {
    try {
      Optional<FinishReason> reason = answering.append();
      counters.generatedTokens.increment();
      if (reading.remove(answering)) {
        writing.add(answering);
      }
      reason.ifPresent(why -> finish(answering, why, counters.completed));
    } catch (RuntimeException | Error e) {
      fail(answering, e);
    }
  }

  private void finish(Answering answering, FinishReason reason, LongAdder counter) {
    try {
      Generation generation = answering.finish(reason);
      leave(answering);
      endings.add(() -> answering.answer.complete(generation));
      answering.release().ifPresent(this::keep);
      counter.increment();
      serviceTime.add(generation.prefillTime().plus(generation.decodeTime()));
    } catch (RuntimeException | Error e) {
      fail(answering, e);
    }
  }

  /** Takes an answer out; false if it has ended before. */
  private boolean leave(Answering answering) {
    reading.remove(answering);
    writing.remove(answering);
    promised -= answering.bytes();
    return answering.end();
  }

  private void keep(ReadTokens sequence) {
    if (options.prefixCache() && sequence.position() > 0) {
      cache.put(sequence);
    } else {
      sequence.close();
    }
  }

  /** A sequence for an answer, after others made room for it. */
  private ReadTokens sequence(Answering answering) {
    Optional<ReadTokens> known =
        options.prefixCache() ? prefixes.find(answering.prompt(), sequences()) : Optional.empty();
    if (known.isPresent() && !fits(cost.bytes(known.get().highest()))) {
      known.get().close();
      known = Optional.empty();
    }
    int positions = Math.max(answering.positions, known.map(ReadTokens::highest).orElse(0));
    while (cache.size() > 0 && !fits(cost.bytes(positions) + cache.bytes())) {
      cache.evict();
      counters.evictions.increment();
    }
    return known.orElseGet(() -> new ReadTokens(device.program().openSequence(contextLength)));
  }

  /** Others may have read more of a prompt since its own answer started. */
  private void adopt(Answering answering) {
    if (options.prefixCache()) {
      prefixes
          .longer(answering.prompt(), answering.read(), sequences())
          .ifPresent(
              longer -> {
                counters.cacheHits.add(answering.cached() > 0 ? 0 : 1);
                counters.cachedTokens.add(answering.adopt(longer));
              });
    }
  }

  private List<ReadTokens> sequences() {
    return every(_ -> true).stream().map(Answering::sequence).toList();
  }

  private boolean fits(long more) {
    return promised + more <= options.cacheBytes();
  }

  private void dropCache() {
    while (cache.size() > 0) {
      cache.evict();
    }
  }

  private List<Answering> every(Predicate<Answering> wanted) {
    List<Answering> found = new ArrayList<>();
    reading.stream().filter(wanted).forEach(found::add);
    writing.stream().filter(wanted).forEach(found::add);
    return found;
  }
}
