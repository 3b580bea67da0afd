package dev.mobilellm.kernels.java;

import dev.mobilellm.kernels.java.memory.StreamingRead;
import dev.mobilellm.kernels.java.memory.WeightArena;
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

  /** More than caches hold. */
  private static final long MOST_BYTES = 256 << 20;

  private static final int FMA_ROUNDS = 1_000_000;
  private static final int ACCUMULATORS = 16;
  private static final int TRIES = 20;

  private final Workers workers;
  private final long address;
  private final long share;

  /** One for each worker: what was computed must be used, or it would not be computed. */
  private final double[] results;

  private MachineLimits(Workers workers, long address, long share) {
    this.workers = workers;
    this.address = address;
    this.share = share;
    results = new double[workers.count()];
  }

  /**
   * Of reading the median counts, since neighbours on the memory bus come and go; of arithmetic the
   * best.
   *
   * @param memory that a model reads, which says how much is to be read; what is on the heap is
   *     left out. It is read where kernels have weights, in large pages
   * @return empty if there is less than a page for each worker
   * @throws IllegalStateException if memory was given back
   */
  static Optional<DeviceLimits> measure(Workers workers, List<MemorySegment> memory) {
    long bytes = 0;
    for (MemorySegment segment : memory) {
      if (!segment.scope().isAlive()) {
        throw new IllegalStateException("memory to measure with was given back");
      }
      bytes += segment.isNative() ? segment.byteSize() : 0;
    }
    long share = Math.min(bytes, MOST_BYTES) / workers.count() / GRAIN * GRAIN;
    if (share == 0) {
      return Optional.empty();
    }
    try (WeightArena arena = new WeightArena()) {
      MemorySegment copy = arena.allocate(share * workers.count(), GRAIN);
      // Of pages that were never written to all are the same one.
      copy.fill((byte) 1);
      return Optional.of(new MachineLimits(workers, copy.address(), share).measure());
    }
  }

  private DeviceLimits measure() {
    double bytes = share * workers.count();
    double operations = 2.0 * ACCUMULATORS * FLOATS.length() * FMA_ROUNDS * workers.count();
    double[] read = new double[TRIES];
    double flops = 0;
    for (int i = 0; i < TRIES; i++) {
      read[i] = bytes / seconds(this::readShare);
      flops = Math.max(flops, operations / seconds(this::multiplyAddShare));
    }
    Arrays.sort(read);
    return new DeviceLimits(read[TRIES / 2], flops);
  }

  private double seconds(Workers.Task task) {
    long start = System.nanoTime();
    workers.run(task);
    return (System.nanoTime() - start) / 1e9;
  }

  private void readShare(int worker, int count) {
    results[worker] += StreamingRead.sum(address + worker * share, share);
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
