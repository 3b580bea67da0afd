/** Weights as they lie in memory: tensors, their encodings, and the sources they come from. */
package dev.mobilellm.spi.weights;
