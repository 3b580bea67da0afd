package dev.mobilellm.kernels.opencl.kernels;

import dev.mobilellm.kernels.opencl.driver.Queue;
import dev.mobilellm.kernels.opencl.pass.ForwardPass;

/** An operation bound to its buffers and weights. */
public interface Step extends AutoCloseable {

  /** For reports: {@code matrix bf16}. */
  String name();

  /** Starts what computes the operation's outputs for the rows of this pass; does not wait. */
  void run(ForwardPass pass, Queue queue);

  @Override
  void close();
}
