/**
 * What a third-party OpenCL kernel is written as: a source, and data that tells what it is handed
 * and how many work-items run. A kernel for an operation that the device knows wins by priority; a
 * kernel for a composite of one's own spares it the lowering.
 */
package dev.mobilellm.kernels.opencl.spi;
