package dev.mobilellm.runtime.bench;

import dev.mobilellm.runtime.LanguageModel;
import dev.mobilellm.runtime.bench.Measurement.Phase;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.device.Batch;
import dev.mobilellm.spi.device.Batch.Entry;
import dev.mobilellm.spi.device.Batch.Output;
import dev.mobilellm.spi.device.Batch.Wanted;
import dev.mobilellm.spi.device.BatchResult;
import dev.mobilellm.spi.device.CompiledProgram;
import dev.mobilellm.spi.device.DeviceException;
import dev.mobilellm.spi.device.DeviceLimits;
import dev.mobilellm.spi.device.LoadProgress;
import dev.mobilellm.spi.device.Sequence;
import dev.mobilellm.spi.device.Traffic;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * Measures how fast a model reads prompts and generates, and in the same run what the device can do
 * at best. Tokens are random: speed does not depend on them.
 */
public final class Benchmark {

  private static final long SEED = 1;

  private final CompiledProgram program;
  private final LanguageModel model;
  private final BenchPlan plan;
  private final LoadProgress progress;
  private final ModelWork work;
  private final List<MemorySegment> memory;
  private final List<Sequence> sequences = new ArrayList<>();
  private final List<DeviceLimits> limits = new ArrayList<>();
  private final Random random = new Random(SEED);
  private final long totalTokens;
  private long doneTokens;
  private String stage = "";

  private Benchmark(LanguageModel model, BenchPlan plan, LoadProgress progress) {
    this.model = model;
    this.plan = plan;
    this.progress = progress;
    program = model.compiled();
    work = new ModelWork(model);
    memory = work.memory();
    totalTokens = totalTokens(plan);
  }

  /**
   * Measures.
   *
   * @param model loaded, and not used by anyone else
   * @param explain whether operations are timed, too
   * @param progress told how many tokens are done
   * @throws UsageException if the plan does not fit the model
   * @throws ModelException if the caches do not fit into memory
   * @throws DeviceException if the device fails meanwhile
   */
  public static BenchReport run(
      LanguageModel model, BenchPlan plan, boolean explain, LoadProgress progress) {
    plan.requireFits(model.contextLength(), model.maxBatchTokens());
    String device = model.device().info().id();
    Benchmark benchmark = new Benchmark(model, plan, progress);
    try {
      BenchReport report = benchmark.run(explain);
      if (!model.device().info().id().equals(device)) {
        throw new DeviceException(
            "The device \"%s\" failed while it was measured, so there are no results."
                .formatted(device));
      }
      return report;
    } finally {
      benchmark.sequences.forEach(Sequence::close);
    }
  }

  private BenchReport run(boolean explain) {
    Depth empty = open(0);
    stage = "Warming up";
    double firstToken = plan.prefill() > 0 ? prefill(empty) : decode(empty, 1, 1);
    double warmUp = firstToken;
    if (plan.decode() > 0) {
      for (int batch : plan.batches()) {
        warmUp += decode(empty, batch, plan.decode());
      }
    }
    List<Depth> depths =
        plan.depths().stream().map(depth -> depth == 0 ? empty : open(depth)).toList();
    for (int round = 1; round <= plan.repeat(); round++) {
      measureLimits();
      for (Depth depth : depths) {
        stage = "Round %d of %d, depth %d".formatted(round, plan.repeat(), depth.tokens());
        measure(depth);
      }
    }
    List<OperationTime> operations = explain ? operations(depths.getFirst()) : List.of();
    Optional<Traffic> traffic = explain ? traffic(depths.getFirst()) : Optional.empty();
    return new BenchReport(
        firstToken,
        warmUp,
        typical(limits),
        depths.stream().flatMap(depth -> depth.measurements(plan, work).stream()).toList(),
        operations,
        traffic);
  }

  /** Sequences for all batches, filled. */
  private Depth open(int tokens) {
    List<Sequence> some = new ArrayList<>();
    for (int i = 0; i < plan.sequences(); i++) {
      Sequence sequence = program.openSequence(plan.capacity(tokens));
      sequences.add(sequence);
      some.add(sequence);
      stage = "Filling a cache with %d tokens".formatted(tokens);
      read(sequence, tokens, Wanted.NONE);
    }
    return new Depth(tokens, some);
  }

  /** Once everything, so that a slow moment of the machine meets all. */
  private void measure(Depth depth) {
    if (plan.prefill() > 0) {
      depth.addPrefill(round(prefill(depth)));
    }
    if (plan.decode() > 0) {
      for (int batch : plan.batches()) {
        depth.addDecode(batch, round(decode(depth, batch, plan.decode())));
      }
    }
  }

  /** What took so long just now, and the limits before and behind it. */
  private Round round(double seconds) {
    int before = Math.max(0, limits.size() - 1);
    measureLimits();
    return new Round(seconds, limits.subList(before, limits.size()));
  }

  private void measureLimits() {
    model.computeDevice().measure(memory).ifPresent(limits::add);
  }

  /** Seconds of reading a prompt. */
  private double prefill(Depth depth) {
    long start = System.nanoTime();
    read(depth.first(), plan.prefill(), Wanted.LAST);
    double seconds = (System.nanoTime() - start) / 1e9;
    depth.cutBack();
    return seconds;
  }

  private void read(Sequence sequence, int tokens, Wanted wanted) {
    for (int left = tokens; left > 0; ) {
      int chunk = Math.min(left, model.maxBatchTokens());
      left -= chunk;
      List<Entry> entries =
          List.of(new Entry(sequence, tokens(chunk), left == 0 ? wanted : Wanted.NONE));
      await(program.forward(new Batch(entries, Output.ARGMAX)));
      report(chunk);
    }
  }

  /** Seconds of generating with several sequences. */
  private double decode(Depth depth, int batch, int steps) {
    List<Sequence> some = depth.first(batch);
    long start = System.nanoTime();
    for (int step = 0; step < steps; step++) {
      await(program.forward(step(some)));
      report(batch);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    depth.cutBack();
    return seconds;
  }

  private Batch step(List<Sequence> some) {
    return new Batch(
        some.stream().map(sequence -> new Entry(sequence, tokens(1), Wanted.LAST)).toList(),
        Output.ARGMAX);
  }

  /** A device may return before it is done; reading a result waits. */
  private static void await(BatchResult result) {
    for (int row = 0; row < result.rows(); row++) {
      result.argmax(row);
    }
  }

  private int[] tokens(int count) {
    return random.ints(count, 0, model.program().vocabularySize()).toArray();
  }

  private List<OperationTime> operations(Depth depth) {
    stage = "Timing operations";
    progress.report(stage, doneTokens, totalTokens);
    OperationTimes times = new OperationTimes(program);
    if (plan.prefill() > 0) {
      int tokens = Math.min(plan.prefill(), model.maxBatchTokens());
      times.add(Phase.PREFILL, Batch.of(depth.first(), tokens(tokens), Wanted.LAST));
      depth.cutBack();
    }
    for (int step = 0; step < Math.min(plan.decode(), OperationTimes.STEPS); step++) {
      times.add(Phase.DECODE, step(depth.first(1)));
    }
    depth.cutBack();
    return times.longestFirst();
  }

  /** Counts what a decoded token sends. */
  private Optional<Traffic> traffic(Depth depth) {
    if (plan.decode() == 0) {
      return Optional.empty();
    }
    Optional<Traffic> before = program.traffic();
    await(program.forward(step(depth.first(1))));
    depth.cutBack();
    return before.flatMap(earlier -> program.traffic().map(now -> now.since(earlier)));
  }

  /** Of reading the median, since neighbours on the memory bus come and go; else the best. */
  private static Optional<DeviceLimits> typical(List<DeviceLimits> limits) {
    if (limits.isEmpty()) {
      return Optional.empty();
    }
    double[] reads = limits.stream().mapToDouble(DeviceLimits::readBytesPerSecond).toArray();
    double[] flops = limits.stream().mapToDouble(DeviceLimits::flopsPerSecond).toArray();
    return Optional.of(new DeviceLimits(Spread.of(reads).median(), Spread.of(flops).max()));
  }

  private void report(int tokens) {
    doneTokens += tokens;
    progress.report(stage, doneTokens, totalTokens);
  }

  private static long totalTokens(BenchPlan plan) {
    long decoded =
        (long) plan.decode() * plan.batches().stream().mapToLong(Integer::longValue).sum();
    long first = plan.prefill() > 0 ? plan.prefill() : 1;
    long rounds = (long) plan.depths().size() * plan.repeat();
    return first
        + decoded
        + rounds * (plan.prefill() + decoded)
        + plan.sequences() * plan.depths().stream().mapToLong(Integer::longValue).sum();
  }
}
