/** The compute device {@code java}. */
package dev.mobilellm.kernels.java;
