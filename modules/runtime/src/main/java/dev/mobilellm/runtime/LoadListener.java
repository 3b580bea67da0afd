package dev.mobilellm.runtime;

import dev.mobilellm.spi.device.LoadProgress;

/** Told about the loading of a model, and of what becomes of its device. Methods return at once. */
public interface LoadListener extends LoadProgress {

  /** Ignores everything. */
  LoadListener NONE = new LoadListener() {};

  @Override
  default void report(String stage, long done, long total) {}

  /** Something odd that is no error: one sentence. */
  default void warning(String message) {}

  /**
   * A device cannot be used or has failed, and another one takes its place: a line that says which
   * and why. Comes while a model is loaded, or later by the thread that runs it.
   */
  default void fallback(String message) {}
}
