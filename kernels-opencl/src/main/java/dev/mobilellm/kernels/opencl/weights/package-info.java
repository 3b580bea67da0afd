/** Weights on the device: uploaded once, in the form in which they are stored. */
package dev.mobilellm.kernels.opencl.weights;
