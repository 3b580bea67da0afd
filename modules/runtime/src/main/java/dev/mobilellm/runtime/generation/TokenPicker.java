package dev.mobilellm.runtime.generation;

import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.device.Batch;
import dev.mobilellm.spi.device.BatchResult;
import dev.mobilellm.spi.sampling.Candidates;
import dev.mobilellm.spi.sampling.LogitsProcessor;
import dev.mobilellm.spi.sampling.Sampler;
import dev.mobilellm.spi.sampling.SamplerProvider;
import dev.mobilellm.spi.sampling.SamplingOptions;
import dev.mobilellm.spi.sampling.TokenHistory;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** The processors and the sampler of one request. Not thread-safe. */
final class TokenPicker {

  private final List<LogitsProcessor> processors;
  private final Sampler sampler;
  private final boolean argmax;
  private final RandomGenerator random;
  private final long seed;
  private final Candidates candidates;
  private int likeliest;

  /**
   * @throws dev.mobilellm.spi.UsageException if there is no sampler of the given name
   */
  TokenPicker(
      PluginRegistry registry,
      SamplingOptions options,
      Optional<String> samplerName,
      int vocabularySize) {
    processors =
        SamplingPlugins.processors(registry).stream()
            .flatMap(found -> found.plugin().create(options).stream())
            .toList();
    SamplerProvider provider =
        SamplingPlugins.sampler(registry, options, samplerName)
            .required("these sampling options")
            .plugin();
    sampler = provider.create(options);
    argmax = processors.isEmpty() && provider.isArgmax();
    seed = options.seed().orElseGet(() -> new SplittableRandom().nextLong(1L << 53));
    random = new SplittableRandom(seed);
    candidates = argmax ? null : new Candidates(vocabularySize);
  }

  /** The seed that repeats this request; below 2^53, so that it survives JSON. */
  long seed() {
    return seed;
  }

  /** What the device shall hand out. */
  Batch.Output output() {
    return argmax ? Batch.Output.ARGMAX : Batch.Output.LOGITS;
  }

  /** Takes over what it needs of a wanted row of a result. */
  void read(BatchResult result, int row) {
    if (argmax) {
      likeliest = result.argmax(row);
    } else {
      candidates.fill(result.logits(row));
    }
  }

  /** The next token, by the row that was read last. */
  int choose(TokenHistory history) {
    if (argmax) {
      return likeliest;
    }
    for (LogitsProcessor processor : processors) {
      processor.process(candidates, history);
    }
    int token = sampler.sample(candidates, random);
    if (token < 0 || token >= candidates.vocabularySize()) {
      throw new ModelException(
          "The sampler picked the token %d of a vocabulary of %d."
              .formatted(token, candidates.vocabularySize()));
    }
    return token;
  }
}
