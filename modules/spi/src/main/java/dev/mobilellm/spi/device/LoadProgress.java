package dev.mobilellm.spi.device;

/** Told how far loading is. Called from one thread at a time; returns at once. */
@FunctionalInterface
public interface LoadProgress {

  /** Ignores everything. */
  LoadProgress NONE = (stage, done, total) -> {};

  /**
   * @param stage what is being done: {@code "Preparing weights"}
   * @param done so far, in the unit of total
   * @param total at the end, greater than 0
   */
  void report(String stage, long done, long total);
}
