package dev.mobilellm.kernels.java.spi;

import dev.mobilellm.spi.graph.Value;
import java.lang.foreign.Arena;

/** What a kernel is bound to. */
public interface KernelContext {

  /** Where a value lives. Values may share a buffer when their lifetimes do not meet. */
  RowBuffer buffer(Value value);

  /** The threads of the device. */
  Workers workers();

  /** Memory that lives as long as the program. */
  Arena arena();
}
