package dev.mobilellm.runtime;

import dev.mobilellm.spi.device.LoadProgress;

/** Told about the loading of a model. Methods return at once. */
public interface LoadListener extends LoadProgress {

  /** Ignores everything. */
  LoadListener NONE = new LoadListener() {};

  @Override
  default void report(String stage, long done, long total) {}

  /** Something odd that is no error: one sentence. */
  default void warning(String message) {}
}
