package dev.mobilellm.spi.sampling;

import java.util.random.RandomGenerator;

/** Picks one of the candidates. Made for one request; may keep state between its tokens. */
@FunctionalInterface
public interface Sampler {

  /**
   * @param candidates after all processors; may be reordered and dropped
   * @param random the only source of chance, so that a seed repeats a run
   * @return the id of the picked token
   */
  int sample(Candidates candidates, RandomGenerator random);
}
