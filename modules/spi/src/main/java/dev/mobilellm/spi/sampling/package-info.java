/**
 * From logits to the next token: processors that reshape the candidates, samplers that pick one.
 */
package dev.mobilellm.spi.sampling;
