/** The device {@code opencl}: devices, compiled programs, passes. */
package dev.mobilellm.kernels.opencl;
