package dev.mobilellm.kernels.opencl.driver;

/**
 * What a device allows.
 *
 * @param memory bytes in all
 * @param largestAllocation bytes of one buffer
 * @param workGroup work-items of a group, at least 32
 * @param localMemory bytes of a group
 * @param computeUnits how many groups can run at the same time at least
 */
public record Limits(
    long memory, long largestAllocation, int workGroup, long localMemory, int computeUnits) {

  /** What no kernel goes beyond: Apple's limits. */
  private static final int MAX_WORK_GROUP = 256;

  private static final long MAX_LOCAL_MEMORY = 32 << 10;

  public Limits {
    workGroup = Math.min(workGroup, MAX_WORK_GROUP);
    localMemory = Math.min(localMemory, MAX_LOCAL_MEMORY);
  }

  /** The same device with a smaller largest allocation. */
  public Limits withLargestAllocation(long bytes) {
    return new Limits(
        memory, Math.min(bytes, largestAllocation), workGroup, localMemory, computeUnits);
  }
}
