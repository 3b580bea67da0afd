package dev.mobilellm.runtime;

import dev.mobilellm.checkpoint.AffineQuantizer;
import dev.mobilellm.spi.weights.AffineGroups;
import dev.mobilellm.spi.weights.Dense;
import dev.mobilellm.spi.weights.WeightEncoding;
import dev.mobilellm.spi.weights.WeightSource;
import dev.mobilellm.spi.weights.WeightTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** Weights in another type, encoded when they are first asked for, on all cores. */
final class ReencodedWeights implements WeightSource {

  /** Cache lines and vectors. */
  private static final long ALIGNMENT = 64;

  /** Rows that one thread takes at a time, with one row of floats as scratch. */
  private static final int ROWS = 64;

  private final WeightSource weights;
  private final WeightType type;
  private final Arena arena = Arena.ofShared();
  private final Map<String, Optional<WeightTensor>> found = new HashMap<>();

  ReencodedWeights(WeightSource weights, WeightType type) {
    this.weights = weights;
    this.type = type;
  }

  @Override
  public SequencedSet<String> names() {
    return weights.names();
  }

  @Override
  public synchronized Optional<WeightTensor> find(String name) {
    return found.computeIfAbsent(name, key -> weights.find(key).map(this::reencoded));
  }

  @Override
  public void close() {
    arena.close();
    weights.close();
  }

  private WeightTensor reencoded(WeightTensor tensor) {
    return type.encodingOf(tensor).map(encoding -> encode(tensor, encoding)).orElse(tensor);
  }

  private WeightTensor encode(WeightTensor tensor, WeightEncoding encoding) {
    if (encoding instanceof AffineGroups affine) {
      AffineQuantizer quantizer = new AffineQuantizer(affine);
      WeightTensor target =
          quantizer.allocate(tensor.name(), tensor.rows(), tensor.columns(), this::allocate);
      forEachRow(tensor, (row, floats) -> quantizer.quantizeRow(floats, target, row));
      return target;
    }
    Dense dense = (Dense) encoding;
    MemorySegment data = allocate(dense.partSizes(tensor.rows(), tensor.columns()).getFirst(), 1);
    int size = dense.type().bytes();
    forEachRow(
        tensor,
        (row, floats) -> {
          long start = (long) row * tensor.columns() * size;
          for (int c = 0; c < tensor.columns(); c++) {
            float value = floats.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, c);
            dense.type().set(data, start + (long) c * size, value);
          }
        });
    return new WeightTensor(
        tensor.name(), tensor.rows(), tensor.columns(), encoding, List.of(data));
  }

  private MemorySegment allocate(long bytes, long alignment) {
    return arena.allocate(bytes, Math.max(alignment, ALIGNMENT));
  }

  private interface RowTask {
    void run(int row, MemorySegment floats);
  }

  private static void forEachRow(WeightTensor tensor, RowTask task) {
    IntConsumer some =
        chunk -> {
          try (Arena scratch = Arena.ofConfined()) {
            MemorySegment floats =
                scratch.allocate((long) tensor.columns() * Float.BYTES, ALIGNMENT);
            int end = Math.min(tensor.rows(), (chunk + 1) * ROWS);
            for (int row = chunk * ROWS; row < end; row++) {
              tensor.decodeRow(row, floats);
              task.run(row, floats);
            }
          }
        };
    IntStream.range(0, (tensor.rows() + ROWS - 1) / ROWS).parallel().forEach(some);
  }
}
