/**
 * What a third-party Java kernel is written against: memory by address, a pass, and threads. A
 * kernel for an operation that the device knows wins by priority; a kernel for a composite of one's
 * own spares it the lowering.
 */
package dev.mobilellm.kernels.java.spi;
