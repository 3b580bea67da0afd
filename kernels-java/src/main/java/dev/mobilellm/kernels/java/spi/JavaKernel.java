package dev.mobilellm.kernels.java.spi;

/** An operation bound to its buffers and weights. Called by one thread at a time. */
public interface JavaKernel {

  /** For reports: {@code linear bf16}. */
  String name();

  /** Computes the operation's outputs for the rows of this pass. */
  void run(Pass pass);
}
