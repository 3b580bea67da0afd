package dev.mobilellm.sampling;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.spi.sampling.Candidates;
import dev.mobilellm.spi.sampling.LogitsProcessorProvider;
import dev.mobilellm.spi.sampling.SamplingOptions;
import dev.mobilellm.spi.sampling.TokenHistory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The processors that the module provides, in the order in which they run. */
class OrderTest {

  @Test
  void theOrderIsTheDocumentedOne() throws Exception {
    assertEquals(
        List.of(
            "logit-bias",
            "repetition-penalty",
            "frequency-penalty",
            "presence-penalty",
            "temperature",
            "top-k",
            "top-p",
            "min-p"),
        providers().stream().map(LogitsProcessorProvider::name).toList());
    assertEquals(
        8, providers().stream().mapToInt(LogitsProcessorProvider::order).distinct().count());
  }

  @Test
  void greedyOptionsWantNoProcessor() throws Exception {
    for (LogitsProcessorProvider provider : providers()) {
      assertTrue(provider.create(SamplingOptions.GREEDY).isEmpty(), provider.name());
    }
  }

  /** Worked out by hand: see each line. */
  @Test
  void allTogether() throws Exception {
    SamplingOptions options =
        new SamplingOptions(
            0.5,
            4,
            0.99,
            0.01,
            2,
            0.5,
            0.25,
            Map.of(4, 1f, 5, -9f),
            OptionalLong.empty(),
            Map.of());
    TokenHistory history = new TokenHistory(new int[] {0});
    history.append(1);
    history.append(1);
    Candidates candidates = Naive.candidates(4, 4, 1.5f, 1, 0.5f, 6, -8);
    for (LogitsProcessorProvider provider : providers()) {
      provider.create(options).orElseThrow().process(candidates, history);
    }
    // bias:        4    4    1.5  1  1.5  -3  -8
    // repetition:  2    2    1.5  1  1.5  -3  -8
    // frequency:   2    1    1.5  1  1.5  -3  -8
    // presence:    2    0.75 1.5  1  1.5  -3  -8
    // temperature: 4    1.5  3    2  3    -6  -16
    // top-k 4:     4         3    2  3
    // shares:      .53       .20 .07 .20: all are needed for 0.99, none is below 0.01 of 0.53
    assertArrayEquals(new int[] {0, 2, 3, 4}, Naive.left(candidates));
    assertArrayEquals(new float[] {4, 3, 2, 3}, Naive.logits(candidates));
  }

  /** With the temperature last, top-p would look at 0.45 and 0.28 and keep both. */
  @Test
  void topPSeesWhatTemperatureSharpened() throws Exception {
    SamplingOptions options = Options.truncation(0.1, 0, 0.6, 0);
    Candidates candidates = Naive.candidates(2, 1.5f, 1, 0.5f);
    for (LogitsProcessorProvider provider : providers()) {
      provider
          .create(options)
          .ifPresent(p -> p.process(candidates, new TokenHistory(new int[] {0})));
    }
    assertArrayEquals(new int[] {0}, Naive.left(candidates));
  }

  private static List<LogitsProcessorProvider> providers() throws ReflectiveOperationException {
    Set<String> names =
        TopK.class.getModule().getDescriptor().provides().stream()
            .filter(p -> p.service().equals(LogitsProcessorProvider.class.getName()))
            .flatMap(p -> p.providers().stream())
            .collect(Collectors.toSet());
    List<LogitsProcessorProvider> providers = new ArrayList<>();
    for (String name : names) {
      providers.add((LogitsProcessorProvider) Class.forName(name).getConstructor().newInstance());
    }
    providers.sort(Comparator.comparingInt(LogitsProcessorProvider::order));
    return providers;
  }
}
