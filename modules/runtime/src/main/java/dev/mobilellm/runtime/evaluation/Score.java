package dev.mobilellm.runtime.evaluation;

/**
 * What a model made of one token that counts.
 *
 * @param window index of the window
 * @param position index of the token in the window
 * @param token its id
 * @param logProbability natural logarithm of the probability that the model gave it
 * @param top the id that the model found likeliest in its place, the lowest among equals
 */
public record Score(int window, int position, int token, double logProbability, int top) {}
