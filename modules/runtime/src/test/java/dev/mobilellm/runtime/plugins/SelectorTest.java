package dev.mobilellm.runtime.plugins;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.spi.Match;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.sampling.Sampler;
import dev.mobilellm.spi.sampling.SamplerProvider;
import dev.mobilellm.spi.sampling.SamplingOptions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SelectorTest {

  private record Fake(String name, int priority, boolean fits) implements SamplerProvider {
    @Override
    public Match matches(SamplingOptions options) {
      return fits ? Match.yes("it fits") : Match.no("it is too small");
    }

    @Override
    public Sampler create(SamplingOptions options) {
      return (candidates, random) -> 0;
    }
  }

  @Test
  void theHighestPriorityThatMatchesIsChosen() {
    Selection<SamplerProvider> selection =
        select(
            Optional.empty(),
            new Fake("low", 0, true),
            new Fake("high", 20, false),
            new Fake("middle", 10, true));
    assertEquals("middle", selection.chosen().orElseThrow().name());
    assertEquals(
        List.of("does not match", "chosen", "lower priority"),
        selection.considered().stream().map(Selection.Considered::verdict).toList());
  }

  @Test
  void aPluginThatFailsDoesNotMatch() {
    SamplerProvider failing =
        new SamplerProvider() {
          @Override
          public String name() {
            return "failing";
          }

          @Override
          public int priority() {
            return 99;
          }

          @Override
          public Match matches(SamplingOptions options) {
            throw new NoSuchMethodError("older()");
          }

          @Override
          public Sampler create(SamplingOptions options) {
            throw new AssertionError("not chosen");
          }
        };
    Selection<SamplerProvider> selection =
        select(Optional.empty(), failing, new Fake("sound", 1, true));
    assertEquals("sound", selection.chosen().orElseThrow().name());
    assertTrue(selection.considered().getFirst().reason().contains("older()"));
  }

  @Test
  void aNameBeatsPriority() {
    Selection<SamplerProvider> selection =
        select(Optional.of("low"), new Fake("low", 0, true), new Fake("high", 20, true));
    assertEquals("low", selection.chosen().orElseThrow().name());
    assertEquals(
        List.of("another was named", "chosen by name"),
        selection.considered().stream().map(Selection.Considered::verdict).toList());
  }

  @Test
  void anUnknownNameListsTheNames() {
    UsageException e =
        assertThrows(
            UsageException.class,
            () -> select(Optional.of("c"), new Fake("a", 0, true), new Fake("b", 0, true)));
    assertEquals("There is no sampler \"c\"; there are: a, b.", e.getMessage());
  }

  @Test
  void aNamedPluginThatDoesNotFitSaysWhy() {
    UsageException e =
        assertThrows(UsageException.class, () -> select(Optional.of("a"), new Fake("a", 0, false)));
    assertEquals("The sampler \"a\" does not fit: it is too small.", e.getMessage());
  }

  @Test
  void aTieNamesBoth() {
    ModelException e =
        assertThrows(
            ModelException.class,
            () -> select(Optional.empty(), new Fake("a", 5, true), new Fake("b", 5, true)));
    assertTrue(e.getMessage().contains("\"a\"") && e.getMessage().contains("\"b\""));
  }

  @Test
  void nothingThatFitsTellsWhatEachSaid() {
    ModelException e =
        assertThrows(
            ModelException.class,
            () ->
                new Selector(registry(new Fake("a", 0, false)))
                    .require(Service.SAMPLER, Optional.empty(), this::match, "the model"));
    assertEquals(
        "No plugin for sampler fits the model: a says that it is too small.", e.getMessage());
  }

  @Test
  void twoOfOneNameAreRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> registry(new Fake("a", 0, true), new Fake("a", 1, true)));
  }

  private Match match(SamplerProvider provider) {
    return provider.matches(SamplingOptions.GREEDY);
  }

  private Selection<SamplerProvider> select(Optional<String> name, SamplerProvider... plugins) {
    return new Selector(registry(plugins)).select(Service.SAMPLER, name, this::match);
  }

  private static PluginRegistry registry(SamplerProvider... plugins) {
    PluginRegistry registry = PluginRegistry.builtIn();
    for (SamplerProvider plugin : plugins) {
      registry = registry.with(Service.SAMPLER, plugin);
    }
    return registry;
  }
}
