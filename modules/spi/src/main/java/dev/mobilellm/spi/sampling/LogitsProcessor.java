package dev.mobilellm.spi.sampling;

/** Changes the candidates of one token. Made for one request; may keep state between its tokens. */
@FunctionalInterface
public interface LogitsProcessor {

  /**
   * @param candidates to change in place; at least one must stay
   * @param history the tokens so far, read-only
   */
  void process(Candidates candidates, TokenHistory history);
}
