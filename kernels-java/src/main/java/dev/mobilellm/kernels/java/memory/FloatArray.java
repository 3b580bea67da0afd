package dev.mobilellm.kernels.java.memory;

import dev.mobilellm.spi.weights.WeightTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A vector of weights, norm or bias, decoded to float once. */
public record FloatArray(MemorySegment memory) {

  /** The first row of a tensor. */
  public static FloatArray decoded(WeightTensor vector, Arena arena) {
    MemorySegment memory = arena.allocate((long) vector.columns() * Float.BYTES, 64);
    vector.decodeRow(0, memory);
    return new FloatArray(memory);
  }

  public long address() {
    return memory.address();
  }
}
