package dev.mobilellm.kernels.java.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;

/**
 * Native memory by absolute address. One constant segment over the whole address space lets C2 fold
 * base and bounds away, which is worth 20 to 60 % in the kernels; in return every range must be
 * checked before, where a kernel is bound.
 */
public final class Native {

  /** All memory; offset = address. */
  @SuppressWarnings("restricted") // reads all memory: the reason is above
  public static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  /** The order in which vectors are loaded; the device refuses big-endian machines. */
  public static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ORDER);
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ORDER);
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ORDER);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ORDER);

  private static final ByteVector ZERO = ByteVector.zero(ByteVector.SPECIES_PREFERRED);

  private Native() {}

  public static float getFloat(long address) {
    return ALL.get(FLOAT, address);
  }

  public static void putFloat(long address, float value) {
    ALL.set(FLOAT, address, value);
  }

  public static int getInt(long address) {
    return ALL.get(INT, address);
  }

  public static void putInt(long address, int value) {
    ALL.set(INT, address, value);
  }

  public static long getLong(long address) {
    return ALL.get(LONG, address);
  }

  public static void putLong(long address, long value) {
    ALL.set(LONG, address, value);
  }

  public static short getShort(long address) {
    return ALL.get(SHORT, address);
  }

  public static void putShort(long address, short value) {
    ALL.set(SHORT, address, value);
  }

  public static byte getByte(long address) {
    return ALL.get(ValueLayout.JAVA_BYTE, address);
  }

  public static void putByte(long address, byte value) {
    ALL.set(ValueLayout.JAVA_BYTE, address, value);
  }

  public static void copy(long from, long to, long bytes) {
    MemorySegment.copy(ALL, from, ALL, to, bytes);
  }

  /** Sets bytes to zero. As a slice they could be filled, but it would be an object on the heap. */
  public static void clear(long address, long bytes) {
    long at = 0;
    for (; at <= bytes - ZERO.byteSize(); at += ZERO.byteSize()) {
      ZERO.intoMemorySegment(ALL, address + at, ORDER);
    }
    for (; at < bytes; at++) {
      putByte(address + at, (byte) 0);
    }
  }
}
