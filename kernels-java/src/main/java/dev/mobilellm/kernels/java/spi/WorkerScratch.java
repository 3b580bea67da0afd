package dev.mobilellm.kernels.java.spi;

/** Scratch memory of each worker, shared by all kernels of a program. */
public interface WorkerScratch {

  /**
   * Where a worker's memory is, aligned to 64 bytes. Its contents do not outlive the parallel
   * region. It may move while a program is being compiled: ask when running.
   *
   * @param worker 0 to {@link Workers#count()} - 1
   */
  long address(int worker);
}
