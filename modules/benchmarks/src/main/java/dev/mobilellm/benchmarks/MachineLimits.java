package dev.mobilellm.benchmarks;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * What the machine can do at best: the roof over every kernel.
 *
 * @param threads how many worked at once
 * @param readBytesPerSecond streaming reads of memory that no cache holds
 * @param flopsPerSecond float multiply-adds in registers, each counted as two
 */
record MachineLimits(int threads, double readBytesPerSecond, double flopsPerSecond) {

  private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final long GRAIN = 4096;
  private static final int FMA_ROUNDS = 1_000_000;
  private static final int ACCUMULATORS = 16;
  private static final int TRIES = 20;

  /**
   * Measures for a second or two. Of reading the median counts, since neighbours on the memory bus
   * come and go; of arithmetic the best.
   *
   * @param memory what is read: the weights themselves, since pages of a mapped file are read
   *     faster than those of freshly allocated memory; larger than the caches
   */
  static MachineLimits measure(int threads, MemorySegment memory) {
    double[] read = new double[TRIES];
    double flops = 0;
    long share = memory.byteSize() / threads / GRAIN * GRAIN;
    for (int i = 0; i < TRIES; i++) {
      double seconds = seconds(threads, t -> read(memory.asSlice(t * share, share)));
      read[i] = share * threads / seconds;
      double operations = 2.0 * ACCUMULATORS * FLOATS.length() * FMA_ROUNDS * threads;
      flops = Math.max(flops, operations / seconds(threads, t -> multiplyAdd(t)));
    }
    Arrays.sort(read);
    return new MachineLimits(threads, read[TRIES / 2], flops);
  }

  private static double seconds(int threads, IntToDoubleFunction work) {
    List<Thread> started = new ArrayList<>();
    double[] results = new double[threads];
    long start = System.nanoTime();
    for (int t = 0; t < threads; t++) {
      int index = t;
      started.add(Thread.ofPlatform().start(() -> results[index] = work.applyAsDouble(index)));
    }
    try {
      for (Thread thread : started) {
        thread.join();
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted while measuring", e);
    }
    return (System.nanoTime() - start) / 1e9;
  }

  private static double read(MemorySegment memory) {
    LongVector a = LongVector.zero(LONGS);
    LongVector b = LongVector.zero(LONGS);
    LongVector c = LongVector.zero(LONGS);
    LongVector d = LongVector.zero(LONGS);
    long step = LONGS.vectorByteSize();
    for (long at = 0; at <= memory.byteSize() - 4 * step; at += 4 * step) {
      a = a.add(LongVector.fromMemorySegment(LONGS, memory, at, ByteOrder.nativeOrder()));
      b = b.add(LongVector.fromMemorySegment(LONGS, memory, at + step, ByteOrder.nativeOrder()));
      c =
          c.add(
              LongVector.fromMemorySegment(LONGS, memory, at + 2 * step, ByteOrder.nativeOrder()));
      d =
          d.add(
              LongVector.fromMemorySegment(LONGS, memory, at + 3 * step, ByteOrder.nativeOrder()));
    }
    return a.add(b).add(c).add(d).reduceLanes(VectorOperators.ADD);
  }

  private static double multiplyAdd(int seed) {
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
