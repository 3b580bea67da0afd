/** Operations as launches of kernels: which sources, which arguments, how many work-items. */
package dev.mobilellm.kernels.opencl.kernels;
