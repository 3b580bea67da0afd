package dev.mobilellm.runtime.scheduling;

/** What the key/value cache of a sequence takes. Safe for several threads. */
@FunctionalInterface
public interface CacheCost {

  /**
   * Bytes of a sequence that has held so many positions.
   *
   * @param positions at least 1
   */
  long bytes(int positions);
}
