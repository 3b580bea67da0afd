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
    for (int i = 0; i < plan.sequences(); i++) {
      sequences.add(program.openSequence(Math.toIntExact(plan.capacity())));
    }
    stage = "Warming up";
    double firstToken = plan.prefill() > 0 ? prefill(0) : decode(1, 1, 0);
    double warmUp = firstToken;
    if (plan.decode() > 0) {
      for (int batch : plan.batches()) {
        warmUp += decode(batch, plan.decode(), 0);
      }
    }
    List<Measurement> measurements = new ArrayList<>();
    for (int depth : plan.depths()) {
      fill(depth);
      measurements.addAll(measure(depth));
    }
    int depth = plan.depths().getFirst();
    List<OperationTime> operations = explain ? operations(depth) : List.of();
    Optional<Traffic> traffic = explain ? traffic(depth) : Optional.empty();
    return new BenchReport(firstToken, warmUp, typical(limits), measurements, operations, traffic);
  }

  private void fill(int depth) {
    stage = "Filling caches with %d tokens".formatted(depth);
    for (Sequence sequence : sequences) {
      read(sequence, depth - sequence.position(), Wanted.NONE);
    }
  }

  /**
   * Everything in each round, the device's limits too, so that a slow moment of the machine meets
   * all.
   */
  private List<Measurement> measure(int depth) {
    List<Double> prefills = new ArrayList<>();
    List<List<Double>> decodes = new ArrayList<>();
    plan.batches().forEach(batch -> decodes.add(new ArrayList<>()));
    for (int round = 1; round <= plan.repeat(); round++) {
      stage = "Depth %d, round %d of %d".formatted(depth, round, plan.repeat());
      progress.report(stage, doneTokens, totalTokens);
      model.computeDevice().measure(memory).ifPresent(limits::add);
      if (plan.prefill() > 0) {
        prefills.add(prefill(depth));
      }
      for (int b = 0; plan.decode() > 0 && b < decodes.size(); b++) {
        decodes.get(b).add(decode(plan.batches().get(b), plan.decode(), depth));
      }
    }
    List<Measurement> measurements = new ArrayList<>();
    if (plan.prefill() > 0) {
      measurements.add(
          new Measurement(Phase.PREFILL, depth, 1, plan.prefill(), prefills, prefillWork(depth)));
    }
    for (int b = 0; plan.decode() > 0 && b < decodes.size(); b++) {
      int batch = plan.batches().get(b);
      measurements.add(
          new Measurement(
              Phase.DECODE, depth, batch, plan.decode(), decodes.get(b), decodeWork(batch, depth)));
    }
    return measurements;
  }

  /** Seconds of reading a prompt; the sequence is as before behind it. */
  private double prefill(int depth) {
    Sequence sequence = sequences.getFirst();
    long start = System.nanoTime();
    read(sequence, plan.prefill(), Wanted.LAST);
    double seconds = (System.nanoTime() - start) / 1e9;
    sequence.truncate(depth);
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

  /** Seconds of generating with several sequences, which are as before behind it. */
  private double decode(int batch, int steps, int depth) {
    List<Sequence> some = sequences.subList(0, batch);
    long start = System.nanoTime();
    for (int step = 0; step < steps; step++) {
      await(program.forward(step(some)));
      report(batch);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    some.forEach(sequence -> sequence.truncate(depth));
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

  private Work prefillWork(int depth) {
    Work sum = Work.NONE;
    int from = 0;
    while (plan.prefill() - from > model.maxBatchTokens()) {
      sum = sum.plus(work.silentPass(model.maxBatchTokens(), depth + from));
      from += model.maxBatchTokens();
    }
    return sum.plus(work.pass(1, plan.prefill() - from, depth + from));
  }

  private Work decodeWork(int batch, int depth) {
    Work sum = Work.NONE;
    for (int step = 0; step < plan.decode(); step++) {
      sum = sum.plus(work.pass(batch, 1, depth + step));
    }
    return sum;
  }

  /** Times operations at a depth that all sequences hold at least. */
  private List<OperationTime> operations(int depth) {
    stage = "Timing operations";
    progress.report(stage, doneTokens, totalTokens);
    Sequence sequence = sequences.getFirst();
    sequence.truncate(depth);
    OperationTimes times = new OperationTimes(program);
    if (plan.prefill() > 0) {
      int tokens = Math.min(plan.prefill(), model.maxBatchTokens());
      times.add(Phase.PREFILL, Batch.of(sequence, tokens(tokens), Wanted.LAST));
      sequence.truncate(depth);
    }
    for (int step = 0; step < Math.min(plan.decode(), OperationTimes.STEPS); step++) {
      times.add(Phase.DECODE, step(List.of(sequence)));
    }
    return times.longestFirst();
  }

  /** Counts what a decoded token sends at a depth that all sequences hold at least. */
  private Optional<Traffic> traffic(int depth) {
    if (plan.decode() == 0) {
      return Optional.empty();
    }
    Sequence sequence = sequences.getFirst();
    sequence.truncate(depth);
    Optional<Traffic> before = program.traffic();
    await(program.forward(step(List.of(sequence))));
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
        + (long) plan.sequences() * plan.depths().getLast();
  }
}
