package dev.mobilellm.runtime.scheduling;

/**
 * What a scheduler is doing, and what it has done since it started.
 *
 * @param running answers that are being made
 * @param queued requests that wait
 * @param cachedPrompts sequences that nobody uses, kept for prompts that begin likewise
 * @param cacheBytes what key/value caches may take at most: promised to running answers, or kept
 * @param cacheBytesLimit the most that it may be
 * @param totals since it started
 */
public record SchedulerStatus(
    int running,
    int queued,
    int cachedPrompts,
    long cacheBytes,
    long cacheBytesLimit,
    Totals totals) {

  /**
   * Counts that only grow.
   *
   * @param accepted requests that got a place
   * @param refused requests that got none
   * @param completed answers that ended as they should
   * @param cancelled answers that nobody wanted any more
   * @param failed answers that ended with an error
   * @param promptTokens tokens of the prompts of answers that began
   * @param cachedTokens how many of those were in the cache
   * @param generatedTokens tokens of answers
   * @param cacheHits answers that found a part of their prompt in the cache
   * @param evictions cached prompts that had to go
   * @param passes forward passes
   */
  public record Totals(
      long accepted,
      long refused,
      long completed,
      long cancelled,
      long failed,
      long promptTokens,
      long cachedTokens,
      long generatedTokens,
      long cacheHits,
      long evictions,
      long passes) {}
}
