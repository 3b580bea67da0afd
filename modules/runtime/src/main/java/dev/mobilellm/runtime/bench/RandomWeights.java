package dev.mobilellm.runtime.bench;

import dev.mobilellm.runtime.bench.ModelShape.Tensor;
import dev.mobilellm.spi.device.LoadProgress;
import dev.mobilellm.spi.weights.AffineGroups;
import dev.mobilellm.spi.weights.DType;
import dev.mobilellm.spi.weights.Dense;
import dev.mobilellm.spi.weights.WeightEncoding;
import dev.mobilellm.spi.weights.WeightSource;
import dev.mobilellm.spi.weights.WeightTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SequencedMap;
import java.util.SequencedSet;

/**
 * A model's weights made up in memory, to measure speed without a download. Matrices are normal
 * (quantized ones uniform) with a deviation of 0.02, as models are initialised; norms are near 1.
 *
 * <p>Only blocks of a megabyte are drawn; tensors repeat them, because that is as fast as memory
 * is. The same shape and format give the same bytes.
 */
public final class RandomWeights implements WeightSource {

  private static final double DEVIATION = 0.02;
  private static final int BLOCK = 1 << 20;

  /** A cache line, as well aligned as any file. */
  private static final long ALIGNMENT = 64;

  private final Arena arena = Arena.ofShared();
  private final SequencedMap<String, WeightTensor> tensors = new LinkedHashMap<>();

  private RandomWeights() {}

  /**
   * Makes all weights, on all cores.
   *
   * @param progress told how many bytes are done
   */
  public static RandomWeights make(ModelShape shape, WeightFormat format, LoadProgress progress) {
    RandomWeights weights = new RandomWeights();
    try {
      weights.fill(shape, format, progress);
      return weights;
    } catch (RuntimeException | Error e) {
      weights.close();
      throw e;
    }
  }

  /** Bytes of all tensors. */
  public long byteSize() {
    return tensors.values().stream().mapToLong(WeightTensor::byteSize).sum();
  }

  @Override
  public SequencedSet<String> names() {
    return Collections.unmodifiableSequencedSet(tensors.sequencedKeySet());
  }

  @Override
  public Optional<WeightTensor> find(String name) {
    return Optional.ofNullable(tensors.get(name));
  }

  @Override
  public void close() {
    arena.close();
  }

  private void fill(ModelShape shape, WeightFormat format, LoadProgress progress) {
    List<Tensor> wanted = shape.tensors();
    Blocks blocks = new Blocks(wanted, format);
    Bytes bytes = new Bytes(progress, wanted.stream().mapToLong(t -> size(t, format)).sum());
    wanted.parallelStream()
        .map(tensor -> make(tensor, format.of(tensor), blocks, bytes))
        .toList()
        .forEach(tensor -> tensors.put(tensor.name(), tensor));
  }

  private static long size(Tensor tensor, WeightFormat format) {
    return format.of(tensor).partSizes(tensor.rows(), tensor.columns()).stream()
        .mapToLong(Long::longValue)
        .sum();
  }

  private WeightTensor make(Tensor tensor, WeightEncoding encoding, Blocks blocks, Bytes bytes) {
    List<Long> sizes = encoding.partSizes(tensor.rows(), tensor.columns());
    List<MemorySegment> parts =
        sizes.stream().map(size -> arena.allocate(size, ALIGNMENT)).toList();
    List<MemorySegment> sources = blocks.of(tensor, encoding);
    for (int i = 0; i < parts.size(); i++) {
      repeat(sources.get(i), parts.get(i));
    }
    WeightTensor result =
        new WeightTensor(tensor.name(), tensor.rows(), tensor.columns(), encoding, parts);
    bytes.add(result.byteSize());
    return result;
  }

  private static void repeat(MemorySegment block, MemorySegment target) {
    for (long at = 0; at < target.byteSize(); at += block.byteSize()) {
      long bytes = Math.min(block.byteSize(), target.byteSize() - at);
      MemorySegment.copy(block, 0, target, at, bytes);
    }
  }

  /** Counts across threads, and reports one at a time. */
  private static final class Bytes {

    private final LoadProgress progress;
    private final long total;
    private long done;

    Bytes(LoadProgress progress, long total) {
      this.progress = progress;
      this.total = total;
    }

    synchronized void add(long bytes) {
      done += bytes;
      progress.report("Making random weights", done, total);
    }
  }

  /** What the parts of tensors repeat. */
  private static final class Blocks {

    private final Map<WeightEncoding, List<MemorySegment>> matrices = new HashMap<>();
    private final Map<WeightEncoding, List<MemorySegment>> norms = new HashMap<>();

    Blocks(List<Tensor> tensors, WeightFormat format) {
      for (Tensor tensor : tensors) {
        if (tensor.isNorm()) {
          norms.computeIfAbsent(format.of(tensor), encoding -> drawn(encoding, 1));
        } else {
          matrices.computeIfAbsent(format.of(tensor), encoding -> drawn(encoding, 0));
        }
      }
    }

    List<MemorySegment> of(Tensor tensor, WeightEncoding encoding) {
      return (tensor.isNorm() ? norms : matrices).get(encoding);
    }

    private static List<MemorySegment> drawn(WeightEncoding encoding, double mean) {
      return switch (encoding) {
        case Dense dense -> List.of(normal(dense.type(), mean, DEVIATION));
        case AffineGroups affine -> affine(affine);
        default -> throw new IllegalArgumentException("no random " + encoding.name());
      };
    }

    /** Any bits are values; scale and bias centre them and give them the deviation. */
    private static List<MemorySegment> affine(AffineGroups affine) {
      byte[] values = new byte[BLOCK];
      new Random(affine.bits()).nextBytes(values);
      double levels = 1 << affine.bits();
      double scale = DEVIATION / Math.sqrt((levels * levels - 1) / 12);
      return List.of(
          MemorySegment.ofArray(values),
          normal(affine.scaleType(), scale, 0),
          normal(affine.scaleType(), -scale * (levels - 1) / 2, 0));
    }

    private static MemorySegment normal(DType type, double mean, double deviation) {
      MemorySegment block = MemorySegment.ofArray(new byte[BLOCK]);
      new NormalBits(type, mean, deviation, 1).fill(block);
      return block;
    }
  }
}
