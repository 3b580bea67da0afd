package dev.mobilellm.runtime.inspection;

import dev.mobilellm.spi.graph.AttentionShape;

/**
 * What was recorded for the attention of one layer.
 *
 * @param layer from 0
 * @param rotates whether queries and keys are rotated
 * @param qkNorm whether they are normalised
 * @param shape heads, chunk and temperature tuning
 */
public record LayerFacts(int layer, boolean rotates, boolean qkNorm, AttentionShape shape) {}
