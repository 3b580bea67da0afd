package dev.mobilellm.kernels.opencl;

import dev.mobilellm.kernels.opencl.driver.Hardware;
import dev.mobilellm.kernels.opencl.driver.Queue;
import dev.mobilellm.kernels.opencl.kernels.Step;
import dev.mobilellm.kernels.opencl.pass.ForwardPass;
import java.util.ArrayList;
import java.util.List;

/** Adds up what the launches of each step took, by the device's own clock. */
final class TimedPass {

  /** Apple's clock ticks so many times slower than it says. */
  private static final double APPLE_TICK = 125.0 / 3;

  private final Queue queue;
  private final long[] nanos;
  private final List<int[]> spans = new ArrayList<>();
  private final long start = System.nanoTime();

  /**
   * @param queue made for timing
   * @param steps of the program
   */
  TimedPass(Queue queue, int steps) {
    this.queue = queue;
    nanos = new long[steps];
    queue.startTiming();
  }

  /** Runs steps; the first of them is the step of this number. */
  void run(List<Step> steps, int number, ForwardPass pass) {
    for (int i = 0; i < steps.size(); i++) {
      int first = queue.timedLaunches();
      steps.get(i).run(pass, queue);
      spans.add(new int[] {number + i, first, queue.timedLaunches()});
    }
  }

  /** Waits; nanoseconds of each step. */
  long[] end(Hardware hardware) {
    long[][] times = queue.stopTiming();
    double elapsed = System.nanoTime() - start;
    double tick = tick(hardware, times, elapsed);
    for (int[] span : spans) {
      for (int i = span[1]; i < span[2]; i++) {
        nanos[span[0]] += Math.round((times[i][1] - times[i][0]) * tick);
      }
    }
    return nanos;
  }

  /** Newer drivers may be right: what ends after the host has waited is not. */
  private static double tick(Hardware hardware, long[][] times, double elapsed) {
    if (!hardware.platform().equals("Apple") || times.length == 0) {
      return 1;
    }
    double told = times[times.length - 1][1] - times[0][0];
    return told * APPLE_TICK <= elapsed ? APPLE_TICK : 1;
  }
}
