package dev.mobilellm.kernels.java.elementwise;

import dev.mobilellm.kernels.java.memory.Native;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A row of floats in native memory, for the tests of what works on addresses. */
record Floats(MemorySegment memory) {

  static Floats of(float... values) {
    Floats row = zeros(values.length);
    MemorySegment.copy(values, 0, row.memory, ValueLayout.JAVA_FLOAT, 0, values.length);
    return row;
  }

  static Floats zeros(int count) {
    return new Floats(Arena.ofAuto().allocate((long) count * Float.BYTES, 64));
  }

  long address() {
    return memory.address();
  }

  float get(int index) {
    return Native.getFloat(address() + (long) index * Float.BYTES);
  }

  float[] toArray() {
    return memory.toArray(ValueLayout.JAVA_FLOAT);
  }
}
