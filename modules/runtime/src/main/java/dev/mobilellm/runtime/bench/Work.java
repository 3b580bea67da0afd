package dev.mobilellm.runtime.bench;

/**
 * What forward passes have to do at least, however they are programmed.
 *
 * @param weightBytes weights that are read, once for each pass
 * @param cacheBytes keys and values that are read, once for each pass
 * @param flops multiply-adds with weights, each counted as two; those of attention are not counted
 */
public record Work(long weightBytes, long cacheBytes, long flops) {

  static final Work NONE = new Work(0, 0, 0);

  Work plus(Work other) {
    return new Work(
        weightBytes + other.weightBytes, cacheBytes + other.cacheBytes, flops + other.flops);
  }

  /** All that is read. */
  public long bytes() {
    return weightBytes + cacheBytes;
  }
}
