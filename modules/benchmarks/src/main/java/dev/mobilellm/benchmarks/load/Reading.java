package dev.mobilellm.benchmarks.load;

/**
 * What so many clients saw.
 *
 * @param clients at once
 * @param tokensPerSecond of all answers together
 * @param firstToken times from the request to the first piece of text
 * @param nextToken times between two pieces
 * @param answers that were read to their end
 * @param promptTokens of those
 * @param errors requests that got no answer
 */
record Reading(
    int clients,
    double tokensPerSecond,
    Spread firstToken,
    Spread nextToken,
    int answers,
    long promptTokens,
    int errors) {}
