/** Compute devices: they compile a recorded program and run batches of tokens through it. */
package dev.mobilellm.spi.device;
