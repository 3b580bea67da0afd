package dev.mobilellm.kernels.java;

import dev.mobilellm.kernels.java.memory.StreamingRead;
import dev.mobilellm.kernels.java.spi.Workers;
import dev.mobilellm.spi.device.DeviceLimits;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Measures what the machine can do at best. Not safe for several threads. */
final class MachineLimits {

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;

  /** A page: the shares of two workers have none in common. */
  private static final long GRAIN = 4096;

  private static final int FMA_ROUNDS = 1_000_000;
  private static final int ACCUMULATORS = 16;
  private static final int TRIES = 20;

  private final Workers workers;
  private final List<MemorySegment> memory;

  /** One for each worker: what was computed must be used, or it would not be computed. */
  private final double[] results;

  private MachineLimits(Workers workers, List<MemorySegment> memory) {
    this.workers = workers;
    this.memory = memory;
    results = new double[workers.count()];
  }

  /**
   * Of reading the median counts, since neighbours on the memory bus come and go; of arithmetic the
   * best.
   *
   * @param memory to read; what is on the heap is left out
   * @return empty if there is less than a page for each worker
   * @throws IllegalStateException if memory was given back
   */
  static Optional<DeviceLimits> measure(Workers workers, List<MemorySegment> memory) {
    MachineLimits limits =
        new MachineLimits(workers, memory.stream().filter(MemorySegment::isNative).toList());
    long bytes = 0;
    for (MemorySegment segment : limits.memory) {
      if (!segment.scope().isAlive()) {
        throw new IllegalStateException("memory to measure with was given back");
      }
      bytes += share(segment, workers.count()) * workers.count();
    }
    if (bytes == 0) {
      return Optional.empty();
    }
    double operations = 2.0 * ACCUMULATORS * FLOATS.length() * FMA_ROUNDS * workers.count();
    double[] read = new double[TRIES];
    double flops = 0;
    for (int i = 0; i < TRIES; i++) {
      read[i] = bytes / limits.seconds(limits::readShare);
      flops = Math.max(flops, operations / limits.seconds(limits::multiplyAddShare));
    }
    Arrays.sort(read);
    return Optional.of(new DeviceLimits(read[TRIES / 2], flops));
  }

  private static long share(MemorySegment segment, int workers) {
    return segment.byteSize() / workers / GRAIN * GRAIN;
  }

  private double seconds(Workers.Task task) {
    long start = System.nanoTime();
    workers.run(task);
    return (System.nanoTime() - start) / 1e9;
  }

  private void readShare(int worker, int count) {
    for (MemorySegment segment : memory) {
      long share = share(segment, count);
      results[worker] += StreamingRead.sum(segment.address() + worker * share, share);
    }
  }

  private void multiplyAddShare(int worker, int count) {
    results[worker] += multiplyAdd(worker);
  }

  private static float multiplyAdd(int seed) {
    FloatVector x = FloatVector.broadcast(FLOATS, 1 + seed * 1e-3f);
    FloatVector y = FloatVector.broadcast(FLOATS, 1e-3f);
    FloatVector a0 = y;
    FloatVector a1 = y;
    FloatVector a2 = y;
    FloatVector a3 = y;
    FloatVector a4 = y;
    FloatVector a5 = y;
    FloatVector a6 = y;
    FloatVector a7 = y;
    FloatVector a8 = y;
    FloatVector a9 = y;
    FloatVector a10 = y;
    FloatVector a11 = y;
    FloatVector a12 = y;
    FloatVector a13 = y;
    FloatVector a14 = y;
    FloatVector a15 = y;
    for (int i = 0; i < FMA_ROUNDS; i++) {
      a0 = x.fma(y, a0);
      a1 = x.fma(y, a1);
      a2 = x.fma(y, a2);
      a3 = x.fma(y, a3);
      a4 = x.fma(y, a4);
      a5 = x.fma(y, a5);
      a6 = x.fma(y, a6);
      a7 = x.fma(y, a7);
      a8 = x.fma(y, a8);
      a9 = x.fma(y, a9);
      a10 = x.fma(y, a10);
      a11 = x.fma(y, a11);
      a12 = x.fma(y, a12);
      a13 = x.fma(y, a13);
      a14 = x.fma(y, a14);
      a15 = x.fma(y, a15);
    }
    return a0.add(a1)
        .add(a2)
        .add(a3)
        .add(a4)
        .add(a5)
        .add(a6)
        .add(a7)
        .add(a8)
        .add(a9)
        .add(a10)
        .add(a11)
        .add(a12)
        .add(a13)
        .add(a14)
        .add(a15)
        .reduceLanes(VectorOperators.ADD);
  }
}
