package dev.mobilellm.launcher.convert;

import dev.mobilellm.checkpoint.AffineQuantizer;
import dev.mobilellm.checkpoint.CheckpointWriter;
import dev.mobilellm.checkpoint.ValueCheck;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.weights.AffineGroups;
import dev.mobilellm.spi.weights.DType;
import dev.mobilellm.spi.weights.Dense;
import dev.mobilellm.spi.weights.WeightTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/** Converts tensors on all cores, a block of rows after the other where the format allows it. */
final class TensorConverter {

  /** Floats are made and written in blocks of this many bytes. */
  private static final long BLOCK_BYTES = 32 << 20;

  /** Weights that one task decodes: enough to make a task worth it, and a row fits a cache. */
  private static final int TASK_WEIGHTS = 1 << 16;

  private TensorConverter() {}

  /** What a task does with a row of floats. */
  @FunctionalInterface
  private interface RowSink {
    void accept(MemorySegment values, int row);
  }

  /**
   * Converts a tensor and writes it.
   *
   * @param progress told how many weights more are done
   * @throws ModelException if a weight is not finite, or becomes infinite in the narrower type, or
   *     the disk fails
   */
  static void write(ConversionPlan.Entry entry, CheckpointWriter writer, LongConsumer progress) {
    WeightTensor source = entry.source();
    requireFinite(source);
    if (source.encoding().equals(entry.encoding())) {
      for (int part = 0; part < source.parts().size(); part++) {
        writer.write(entry.partNames().get(part), source.parts().get(part));
      }
      progress.accept(source.size());
      return;
    }
    switch (entry.encoding()) {
      case AffineGroups affine -> {
        try (Arena arena = Arena.ofShared()) {
          WeightTensor quantized = quantize(source, affine, arena);
          for (int part = 0; part < quantized.parts().size(); part++) {
            writer.write(entry.partNames().get(part), quantized.parts().get(part));
          }
        }
        progress.accept(source.size());
      }
      case Dense dense -> writeFloats(source, dense, writer, progress);
      default -> throw new IllegalArgumentException(entry.encoding().name());
    }
  }

  /**
   * Fails on weights that are no numbers.
   *
   * @throws ModelException naming the first
   */
  static void requireFinite(WeightTensor source) {
    requireFinite(source, 0, "NaN or infinite; convert a checkpoint without such weights");
  }

  /**
   * Quantizes a tensor as MLX does after a cast to the type of the scales.
   *
   * @param arena shared; where the result lies
   * @throws ModelException if a scale becomes infinite
   */
  static WeightTensor quantize(WeightTensor source, AffineGroups affine, Arena arena) {
    AffineQuantizer quantizer = new AffineQuantizer(affine);
    WeightTensor target = quantizer.allocate(source.name(), source.rows(), source.columns(), arena);
    boolean narrower = isNarrower(affine.scaleType(), source);
    forEachRow(
        source,
        0,
        source.rows(),
        (values, row) -> {
          if (narrower) {
            round(values, source.columns(), affine.scaleType());
          }
          quantizer.quantizeRow(values, target, row);
        });
    requireFinite(
        target, 0, "too large for " + affine.scaleType().label() + "; use another --dtype");
    return target;
  }

  private static void writeFloats(
      WeightTensor source, Dense dense, CheckpointWriter writer, LongConsumer progress) {
    int columns = source.columns();
    long rowBytes = (long) columns * dense.type().bytes();
    int blockRows = Math.clamp(BLOCK_BYTES / rowBytes, 1, source.rows());
    try (Arena arena = Arena.ofShared()) {
      MemorySegment block = arena.allocate(blockRows * rowBytes, Long.BYTES);
      for (int from = 0; from < source.rows(); from += blockRows) {
        int first = from;
        int rows = Math.min(blockRows, source.rows() - from);
        forEachRow(
            source,
            first,
            first + rows,
            (values, row) -> store(values, columns, dense.type(), block, (row - first) * rowBytes));
        MemorySegment filled = block.asSlice(0, rows * rowBytes);
        requireFinite(
            new WeightTensor(source.name(), rows, columns, dense, List.of(filled)),
            first,
            "too large for " + dense.type().label() + "; use another --dtype");
        writer.write(source.name(), filled);
        progress.accept((long) rows * columns);
      }
    }
  }

  private static void forEachRow(WeightTensor source, int from, int to, RowSink sink) {
    int taskRows = Math.max(1, TASK_WEIGHTS / source.columns());
    IntStream.range(0, Math.ceilDiv(to - from, taskRows))
        .parallel()
        .forEach(
            task -> {
              int first = from + task * taskRows;
              try (Arena arena = Arena.ofConfined()) {
                MemorySegment values = arena.allocate(ValueLayout.JAVA_FLOAT, source.columns());
                for (int row = first; row < Math.min(to, first + taskRows); row++) {
                  source.decodeRow(row, values);
                  sink.accept(values, row);
                }
              }
            });
  }

  private static void round(MemorySegment values, int count, DType type) {
    for (int i = 0; i < count; i++) {
      values.setAtIndex(
          ValueLayout.JAVA_FLOAT, i, type.round(values.getAtIndex(ValueLayout.JAVA_FLOAT, i)));
    }
  }

  private static void store(
      MemorySegment values, int count, DType type, MemorySegment target, long offset) {
    for (int i = 0; i < count; i++) {
      type.set(
          target, offset + (long) i * type.bytes(), values.getAtIndex(ValueLayout.JAVA_FLOAT, i));
    }
  }

  private static boolean isNarrower(DType type, WeightTensor source) {
    return !(source.encoding() instanceof Dense dense && dense.type() == type) && type != DType.F32;
  }

  private static void requireFinite(WeightTensor tensor, int rowsBefore, String problem) {
    ValueCheck check = ValueCheck.of(tensor);
    if (!check.finite()) {
      throw new ModelException(
          "Tensor \"%s\", row %d, column %d%s: the weight is %s."
              .formatted(
                  tensor.name(),
                  rowsBefore + check.firstRow(),
                  check.firstColumn(),
                  check.count() == 1 ? "" : " (and " + (check.count() - 1) + " more)",
                  problem));
    }
  }
}
