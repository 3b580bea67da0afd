package dev.mobilellm.kernels.opencl.spi;

import java.util.List;

/**
 * A kernel for one operation, as data.
 *
 * @param name for reports: {@code my attention}
 * @param source a whole OpenCL C 1.2 program; it is built with {@code -cl-std=CL1.2} alone
 * @param entry the name of its kernel
 * @param arguments in the order of its parameters
 * @param grid how many work-items run
 */
public record OpenClKernel(
    String name, String source, String entry, List<Argument> arguments, Grid grid) {

  public OpenClKernel {
    arguments = List.copyOf(arguments);
  }
}
