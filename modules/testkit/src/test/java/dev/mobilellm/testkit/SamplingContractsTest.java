package dev.mobilellm.testkit;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mobilellm.spi.Match;
import dev.mobilellm.spi.sampling.LogitsProcessor;
import dev.mobilellm.spi.sampling.LogitsProcessorProvider;
import dev.mobilellm.spi.sampling.Sampler;
import dev.mobilellm.spi.sampling.SamplerProvider;
import dev.mobilellm.spi.sampling.SamplingOptions;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The contracts of sampling hold for right plugins and notice wrong ones. */
class SamplingContractsTest {

  /** Keeps the k likeliest. */
  private record TopK(LogitsProcessor processor) implements LogitsProcessorProvider {

    @Override
    public String name() {
      return "top-k";
    }

    @Override
    public int order() {
      return TRUNCATION;
    }

    @Override
    public Optional<LogitsProcessor> create(SamplingOptions options) {
      return options.topK() == 0 ? Optional.empty() : Optional.of(processor);
    }
  }

  private record Picks(Sampler sampler, boolean isArgmax) implements SamplerProvider {

    @Override
    public String name() {
      return "picks";
    }

    @Override
    public Match matches(SamplingOptions options) {
      return Match.yes("always");
    }

    @Override
    public Sampler create(SamplingOptions options) {
      return sampler;
    }
  }

  private static class TopKContract extends LogitsProcessorContract {

    private final LogitsProcessor processor;

    TopKContract(LogitsProcessor processor) {
      this.processor = processor;
    }

    @Override
    protected LogitsProcessorProvider provider() {
      return new TopK(processor);
    }

    @Override
    protected SamplingOptions wanted() {
      return new SamplingOptions(1, 5, 1, 0, 1, 0, 0, Map.of(), OptionalLong.empty(), Map.of());
    }
  }

  private static class PicksContract extends SamplerContract {

    private final SamplerProvider provider;

    PicksContract(SamplerProvider provider) {
      this.provider = provider;
    }

    @Override
    protected SamplerProvider provider() {
      return provider;
    }

    @Override
    protected SamplingOptions options() {
      return SamplingOptions.GREEDY;
    }
  }

  @Nested
  class RightProcessor extends TopKContract {
    RightProcessor() {
      super(
          (candidates, history) -> {
            candidates.sortTop(5);
            candidates.keep(Math.min(5, candidates.size()));
          });
    }
  }

  @Nested
  class RightSampler extends PicksContract {
    RightSampler() {
      super(new Picks((candidates, random) -> candidates.id(candidates.argmax()), true));
    }
  }

  @Test
  void processorThatWritesNoNumbersIsNoticed() {
    TopKContract contract =
        new TopKContract((candidates, history) -> candidates.setLogit(0, Float.NaN));
    assertThrows(AssertionError.class, contract::leavesDistinctIdsAndNumbers);
  }

  @Test
  void processorThatDropsTooMuchIsNoticed() {
    TopKContract contract = new TopKContract((candidates, history) -> candidates.keep(5));
    assertThrows(
        IllegalArgumentException.class, contract::keepsAtLeastOneCandidateWhateverTheLogits);
  }

  @Test
  void processorWithSharedStateIsNoticed() {
    Random shared = new Random(1);
    TopKContract contract =
        new TopKContract((candidates, history) -> candidates.setLogit(0, shared.nextFloat()));
    assertThrows(AssertionError.class, contract::runsAlikeForEveryRequest);
  }

  @Test
  void samplerThatPicksAnIndexInsteadOfAnIdIsNoticed() {
    SamplerContract contract =
        new PicksContract(new Picks((candidates, random) -> candidates.argmax(), false));
    assertThrows(AssertionError.class, contract::picksOnlyWhatIsLeft);
    assertThrows(AssertionError.class, contract::picksTheOnlyCandidate);
  }

  @Test
  void samplerWithChanceOfItsOwnIsNoticed() {
    Random own = new Random(1);
    SamplerContract contract =
        new PicksContract(
            new Picks((candidates, random) -> candidates.id(own.nextInt(candidates.size())), true));
    assertThrows(AssertionError.class, contract::seedRepeatsARun);
    assertThrows(AssertionError.class, contract::neverPicksTheImpossible);
    assertThrows(AssertionError.class, contract::argmaxIsWhatItSays);
  }
}
