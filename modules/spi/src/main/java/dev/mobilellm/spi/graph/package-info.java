/**
 * The recorded program: a list of operations over values, written once when a model is loaded,
 * compiled by a device, and run once for each forward pass.
 */
package dev.mobilellm.spi.graph;
