package dev.mobilellm.launcher;

import dev.mobilellm.runtime.generation.GenerationOptions;
import dev.mobilellm.spi.sampling.SamplingOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import picocli.CommandLine.Option;

/** How an answer is generated. A mixin for commands that generate. */
public final class SamplingFlags {

  @Option(
      names = "--max-tokens",
      paramLabel = "N",
      defaultValue = "1024",
      description =
          "The most tokens of an answer, within the context. Default: ${DEFAULT-VALUE}; the final"
              + " models may think for 30,000.")
  private int maxTokens;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      defaultValue = "0.1",
      description = "0: always the likeliest token. Default: ${DEFAULT-VALUE}.")
  private double temperature;

  @Option(
      names = "--top-p",
      paramLabel = "P",
      defaultValue = "0.9",
      description =
          "Choose among the likeliest tokens that together reach this probability; 1: all."
              + " Default: ${DEFAULT-VALUE}.")
  private double topP;

  @Option(
      names = "--top-k",
      paramLabel = "K",
      defaultValue = "0",
      description = "Choose among the K likeliest tokens; 0: all. Default: ${DEFAULT-VALUE}.")
  private int topK;

  @Option(
      names = "--min-p",
      paramLabel = "P",
      defaultValue = "0",
      description =
          "Choose among tokens with at least this share of the likeliest one's probability; 0: all."
              + " Default: ${DEFAULT-VALUE}.")
  private double minP;

  @Option(
      names = "--repetition-penalty",
      paramLabel = "X",
      defaultValue = "1.0",
      description =
          "Divides the logits of tokens that occurred, in the prompt too; 1: off."
              + " Default: ${DEFAULT-VALUE}.")
  private double repetitionPenalty;

  @Option(
      names = "--frequency-penalty",
      paramLabel = "X",
      defaultValue = "0.0",
      description =
          "Subtracted from a token's logit for each time it was generated. Default:"
              + " ${DEFAULT-VALUE}.")
  private double frequencyPenalty;

  @Option(
      names = "--presence-penalty",
      paramLabel = "X",
      defaultValue = "0.0",
      description =
          "Subtracted from the logits of tokens that were generated. Default: ${DEFAULT-VALUE}.")
  private double presencePenalty;

  @Option(
      names = "--logit-bias",
      paramLabel = "ID=VALUE",
      split = ",",
      description = "Added to the logit of a token; repeatable, or separated by commas.")
  private Map<Integer, Float> logitBias = new LinkedHashMap<>();

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Makes a run repeatable. Default: another one each time.")
  private Optional<Long> seed = Optional.empty();

  @Option(
      names = "--sampler",
      paramLabel = "NAME",
      description = "Use this sampler plugin instead of the one that matches.")
  private Optional<String> sampler = Optional.empty();

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description = "Option of a sampling plugin; repeatable.")
  private Map<String, String> extra = new LinkedHashMap<>();

  @Option(
      names = "--stop",
      paramLabel = "TEXT",
      description = "Ends the answer before this text; repeatable.")
  private List<String> stop = new ArrayList<>();

  @Option(
      names = "--stop-at-boxed",
      description = "End the answer at the brace that closes \\boxed{.")
  private boolean stopAtBoxed;

  @Option(names = "--ignore-eos", description = "Go on behind the model's own end, for measuring.")
  private boolean ignoreEos;

  /**
   * The options for the runtime.
   *
   * @throws dev.mobilellm.spi.UsageException if a number is out of range
   */
  public GenerationOptions generationOptions() {
    return new GenerationOptions(sampling(), sampler, maxTokens, stop, stopAtBoxed, ignoreEos);
  }

  private SamplingOptions sampling() {
    return new SamplingOptions(
        temperature,
        topK,
        topP,
        minP,
        repetitionPenalty,
        frequencyPenalty,
        presencePenalty,
        logitBias,
        seed.map(OptionalLong::of).orElse(OptionalLong.empty()),
        extra);
  }
}
