package dev.mobilellm.kernels.java.spi;

import dev.mobilellm.spi.graph.Value;
import java.lang.foreign.Arena;

/** What a kernel is bound to. */
public interface KernelContext {

  /** Where a value lives. Values may share a buffer when their lifetimes do not meet. */
  RowBuffer buffer(Value value);

  /**
   * Rows, one for each token of a pass, that kernels share: their contents do not outlive the run
   * of one kernel.
   *
   * @param purpose kernels that ask for the same purpose and width get the same rows
   * @param width floats per row
   */
  RowBuffer scratchRows(String purpose, int width);

  /** At least so many bytes for each worker, which all kernels share. */
  WorkerScratch scratch(long bytes);

  /** Whether users asked for float activations throughout, at the price of speed. */
  boolean isExact();

  /** How caches keep keys and values. */
  CacheTypes cacheTypes();

  /** The threads of the device. */
  Workers workers();

  /** Memory that lives as long as the program. */
  Arena arena();
}
