/** Key/value caches of sequences: off-heap, in pages, growing with the conversation. */
package dev.mobilellm.kernels.java.cache;
