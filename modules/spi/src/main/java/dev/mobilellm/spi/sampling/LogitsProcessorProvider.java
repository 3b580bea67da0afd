package dev.mobilellm.spi.sampling;

import dev.mobilellm.spi.Plugin;
import java.util.Optional;

/**
 * Makes a logits processor for each request that wants it. A service. All that are wanted run, in
 * the order of {@link #order()}, then of their names.
 */
public interface LogitsProcessorProvider extends Plugin {

  /** Order of what changes single logits: penalties, biases. */
  int LOGITS = 100;

  /** Order of temperature. */
  int TEMPERATURE = 200;

  /** Order of what drops candidates: top-k, top-p, min-p. */
  int TRUNCATION = 300;

  /** Lower runs first. */
  int order();

  /** A processor for a request, or empty if its options leave this one neutral. */
  Optional<LogitsProcessor> create(SamplingOptions options);
}
