package dev.mobilellm.runtime.scheduling;

import dev.mobilellm.spi.UsageException;

/**
 * The limits of a scheduler.
 *
 * @param maxRunning answers that are made at once, at least 1; a device's batch may allow fewer
 * @param maxQueued requests that may wait for their turn
 * @param chunkTokens the most tokens of prompts in a pass that others need for their next token, at
 *     least 1
 * @param cacheBytes what all key/value caches together may take
 * @param prefixCache whether what was read stays for prompts that begin likewise, as long as nobody
 *     needs the memory
 */
public record SchedulerOptions(
    int maxRunning, int maxQueued, int chunkTokens, long cacheBytes, boolean prefixCache) {

  /** Eight answers at once, 64 waiting, chunks of 128 tokens, 2 GiB. */
  public static final SchedulerOptions DEFAULT = new SchedulerOptions(8, 64, 128, 2L << 30, true);

  /**
   * @throws UsageException if a number is out of range
   */
  public SchedulerOptions {
    require(maxRunning >= 1, "maxRunning", 1, maxRunning);
    require(maxQueued >= 0, "maxQueued", 0, maxQueued);
    require(chunkTokens >= 1, "chunkTokens", 1, chunkTokens);
    require(cacheBytes >= 1, "cacheBytes", 1, cacheBytes);
  }

  public SchedulerOptions withMaxRunning(int value) {
    return new SchedulerOptions(value, maxQueued, chunkTokens, cacheBytes, prefixCache);
  }

  public SchedulerOptions withMaxQueued(int value) {
    return new SchedulerOptions(maxRunning, value, chunkTokens, cacheBytes, prefixCache);
  }

  public SchedulerOptions withChunkTokens(int value) {
    return new SchedulerOptions(maxRunning, maxQueued, value, cacheBytes, prefixCache);
  }

  public SchedulerOptions withCacheBytes(long value) {
    return new SchedulerOptions(maxRunning, maxQueued, chunkTokens, value, prefixCache);
  }

  public SchedulerOptions withPrefixCache(boolean value) {
    return new SchedulerOptions(maxRunning, maxQueued, chunkTokens, cacheBytes, value);
  }

  private static void require(boolean holds, String name, int least, long found) {
    if (!holds) {
      throw new UsageException("%s must be at least %d, found %d.".formatted(name, least, found));
    }
  }
}
