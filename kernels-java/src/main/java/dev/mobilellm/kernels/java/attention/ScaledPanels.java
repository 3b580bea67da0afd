package dev.mobilellm.kernels.java.attention;

import dev.mobilellm.kernels.java.memory.Native;
import dev.mobilellm.kernels.java.spi.CacheType;

/**
 * Whole numbers with a scale for each head and position: its largest value becomes the largest
 * number. Kernels leave a number in the upper bits of its word, which saves a shift; scales make up
 * for that.
 */
abstract class ScaledPanels extends Panels {

  private final float largest;
  private final float unit;

  /**
   * @param largest the largest number
   * @param unit what 1 is for the kernel
   */
  ScaledPanels(CacheType type, int largest, int unit) {
    super(type);
    this.largest = (float) largest * unit;
    this.unit = unit;
  }

  @Override
  final boolean scaled() {
    return true;
  }

  @Override
  final float scale(long source, int count) {
    float found = 0;
    for (int i = 0; i < count; i++) {
      found = Math.max(found, Math.abs(Native.getFloat(source + (long) i * Float.BYTES)));
    }
    return found / largest;
  }

  @Override
  final void put(long address, float value) {
    putWhole(address, (int) Math.rint(Math.clamp(value, -largest, largest) / unit));
  }

  /** Stores a number that fits. */
  abstract void putWhole(long address, int number);
}
