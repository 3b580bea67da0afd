/** Attention with what stands before it: RoPE, the norm per head, and the key/value cache. */
package dev.mobilellm.kernels.java.attention;
