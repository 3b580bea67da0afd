/**
 * Products of weights with activations. A {@link dev.mobilellm.kernels.java.linear.Matrix} knows
 * one encoding; {@link dev.mobilellm.kernels.java.linear.LinearKernel} adds what is fused around
 * it.
 */
package dev.mobilellm.kernels.java.linear;
