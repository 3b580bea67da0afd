package dev.mobilellm.spi.device;

import java.lang.foreign.MemorySegment;

/**
 * The wanted rows of a {@link Batch}, in the order of its entries and of their tokens. Reading
 * waits for the device, and fails with a {@link DeviceException} if that did. Valid until the next
 * forward pass.
 */
public interface BatchResult {

  /** How many rows were wanted. */
  int rows();

  /**
   * The logits of a wanted row: native-order floats, one per entry of the vocabulary. Read-only.
   *
   * @throws IllegalStateException if only {@link Batch.Output#ARGMAX} was asked for
   */
  MemorySegment logits(int row);

  /** The id of the largest logit of a wanted row, the lowest among equals. */
  int argmax(int row);
}
