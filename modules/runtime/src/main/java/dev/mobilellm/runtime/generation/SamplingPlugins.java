package dev.mobilellm.runtime.generation;

import dev.mobilellm.runtime.plugins.Found;
import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.runtime.plugins.Selection;
import dev.mobilellm.runtime.plugins.Selector;
import dev.mobilellm.runtime.plugins.Service;
import dev.mobilellm.spi.Match;
import dev.mobilellm.spi.sampling.LogitsProcessorProvider;
import dev.mobilellm.spi.sampling.SamplerProvider;
import dev.mobilellm.spi.sampling.SamplingOptions;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Which plugins choose the tokens of a request. */
public final class SamplingPlugins {

  private SamplingPlugins() {}

  /** All processors, in the order in which those run that are wanted. */
  public static List<Found<LogitsProcessorProvider>> processors(PluginRegistry registry) {
    return registry.all(Service.PROCESSOR).stream()
        .sorted(
            Comparator.<Found<LogitsProcessorProvider>>comparingInt(f -> f.plugin().order())
                .thenComparing(Found::name))
        .toList();
  }

  /**
   * The sampler for some options.
   *
   * @param name of one that the user wants; it is taken at its word, whatever it says about the
   *     options
   * @throws dev.mobilellm.spi.UsageException if there is no sampler of the given name
   */
  public static Selection<SamplerProvider> sampler(
      PluginRegistry registry, SamplingOptions options, Optional<String> name) {
    return new Selector(registry)
        .consider(
            Service.SAMPLER,
            name,
            sampler -> {
              Match match = sampler.matches(options);
              return name.isPresent() ? Match.yes(match.reason()) : match;
            });
  }
}
