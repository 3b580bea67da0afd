/** From a prompt to an answer: the token loop, stopping, and the stream of text. */
package dev.mobilellm.runtime.generation;
