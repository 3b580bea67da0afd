/** Native memory by address. */
package dev.mobilellm.kernels.java.memory;
