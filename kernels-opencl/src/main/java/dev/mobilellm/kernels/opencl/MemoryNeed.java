package dev.mobilellm.kernels.opencl;

import dev.mobilellm.kernels.opencl.driver.Context;
import dev.mobilellm.kernels.opencl.kernels.Resources;
import dev.mobilellm.kernels.opencl.pass.CachePool;
import dev.mobilellm.kernels.opencl.weights.MatrixForm;
import dev.mobilellm.spi.device.DeviceException;
import dev.mobilellm.spi.graph.BufferPlan;
import dev.mobilellm.spi.graph.Program;

/**
 * What a program takes on a device at least, in bytes.
 *
 * @param weights in the form in which they lie there
 * @param activations the buffers of all values
 * @param cache keys and values of the first {@code positions}
 * @param positions of the cache that are there from the first pass on
 */
record MemoryNeed(long weights, long activations, long cache, int positions) {

  static MemoryNeed of(
      Program program, BufferPlan plan, int maxTokens, int maxWanted, CachePool pool) {
    long weights =
        program.ops().stream()
            .flatMap(op -> op.weights().stream())
            .distinct()
            .mapToLong(tensor -> MatrixForm.of(tensor).byteSize(tensor.rows(), tensor.columns()))
            .sum();
    long activations =
        plan.slots().stream()
            .mapToLong(slot -> Resources.byteSize(slot, maxTokens, maxWanted))
            .sum();
    int positions = CachePool.FIRST_POSITIONS;
    return new MemoryNeed(weights, activations, positions * pool.bytesPerPosition(), positions);
  }

  /**
   * Refuses what cannot fit before any of it is placed.
   *
   * @throws DeviceException saying what is needed, what is there, and how much is missing
   */
  void requireFits(Context context) {
    long needed = weights + activations + cache;
    long memory = context.limits().memory();
    long missing = needed + context.allocated() - memory;
    if (missing > 0) {
      throw new DeviceException(
          "The device %s has %d MB of memory, %d MB of it in use, but this model takes %d MB (weights %d MB, activations %d MB, first %d positions of the key/value cache %d MB): %d MB are missing."
              .formatted(
                  context.label(),
                  memory >> 20,
                  Context.megabytes(context.allocated()),
                  Context.megabytes(needed),
                  Context.megabytes(weights),
                  Context.megabytes(activations),
                  positions,
                  Context.megabytes(cache),
                  Context.megabytes(missing)));
    }
  }
}
