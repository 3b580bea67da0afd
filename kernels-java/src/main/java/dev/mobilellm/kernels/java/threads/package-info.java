/** The threads of the device. */
package dev.mobilellm.kernels.java.threads;
