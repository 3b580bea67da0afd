package dev.mobilellm.spi.model;

import dev.mobilellm.spi.Match;
import dev.mobilellm.spi.Plugin;
import dev.mobilellm.spi.weights.WeightSource;

/** Opens the weight files of a checkpoint. A service. */
public interface WeightSourceProvider extends Plugin {

  /** Whether this provider understands the files; reads no more than headers. */
  Match matches(ModelFiles files);

  /**
   * Maps the weights.
   *
   * @throws dev.mobilellm.spi.ModelException if a file is missing, truncated or contradicts itself
   */
  WeightSource open(ModelFiles files);
}
