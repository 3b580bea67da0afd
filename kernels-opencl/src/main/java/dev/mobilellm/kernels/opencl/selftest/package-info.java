/** Whether a device computes what it should: drivers exist that silently do not. */
package dev.mobilellm.kernels.opencl.selftest;
