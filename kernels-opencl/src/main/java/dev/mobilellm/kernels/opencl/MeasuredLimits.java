package dev.mobilellm.kernels.opencl;

import dev.mobilellm.kernels.opencl.driver.Context;
import dev.mobilellm.kernels.opencl.driver.DeviceBuffer;
import dev.mobilellm.kernels.opencl.driver.Kernel;
import dev.mobilellm.kernels.opencl.driver.Queue;
import dev.mobilellm.kernels.opencl.driver.Source;
import dev.mobilellm.spi.device.DeviceLimits;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Measures what a device can do at best: copying within its memory, multiply-adds. */
final class MeasuredLimits {

  private static final int TRIES = 12;
  private static final int ROUNDS = 1024;

  /** Multiply-adds of a work-item that do not wait for each other. */
  private static final int CHAINS = 64;

  private static final int GROUP = 256;
  private static final int GROUPS_PER_UNIT = 32;

  /** Larger than any cache, if the device has room for two. */
  private static final long COPIED = 256L << 20;

  /** Small copies are those of a cache. */
  private static final long LEAST_COPIED = 1L << 20;

  private final Context context;
  private final Queue queue;

  private MeasuredLimits(Context context, Queue queue) {
    this.context = context;
    this.queue = queue;
  }

  /** Of copying the median counts, of arithmetic the best. */
  static Optional<DeviceLimits> measure(Context context) {
    long room = (context.limits().memory() - context.allocated()) / 4;
    long bytes =
        Math.min(Math.min(COPIED, room), context.limits().largestAllocation()) & -(16L * GROUP);
    if (bytes < LEAST_COPIED) {
      return Optional.empty();
    }
    try (Queue queue = context.newQueue(false)) {
      MeasuredLimits limits = new MeasuredLimits(context, queue);
      return Optional.of(new DeviceLimits(limits.copying(bytes), limits.multiplyAdds()));
    }
  }

  private Kernel kernel(String entry) {
    return context.kernel(Source.of(Map.of("ROUNDS", ROUNDS), List.of("limits")), entry);
  }

  private double copying(long bytes) {
    try (DeviceBuffer source = context.allocate(bytes, "measuring");
        DeviceBuffer target = context.allocate(bytes, "measuring");
        Kernel kernel = kernel("copy_floats")) {
      kernel.set(0, source);
      kernel.set(1, target);
      int group = kernel.group(GROUP);
      return 2 * bytes / seconds(kernel, (int) (bytes / 16 / group), group)[TRIES / 2];
    }
  }

  private double multiplyAdds() {
    int groups = context.limits().computeUnits() * GROUPS_PER_UNIT;
    try (DeviceBuffer target = context.allocate(4L * groups * GROUP, "measuring");
        Kernel kernel = kernel("multiply_add")) {
      kernel.set(0, target);
      kernel.set(1, 0.5f);
      int group = kernel.group(GROUP);
      return 2.0 * CHAINS * ROUNDS * groups * group / seconds(kernel, groups, group)[0];
    }
  }

  /** Sorted. The first run, which may build the kernel, does not count. */
  private double[] seconds(Kernel kernel, int groups, int group) {
    double[] seconds = new double[TRIES];
    for (int i = -1; i < TRIES; i++) {
      long start = System.nanoTime();
      queue.launch(kernel, groups, 1, 1, group);
      queue.finish();
      if (i >= 0) {
        seconds[i] = (System.nanoTime() - start) / 1e9;
      }
    }
    Arrays.sort(seconds);
    return seconds;
  }
}
