/**
 * All first-party logits processors and samplers.
 *
 * <p>For each token the logits pass, in this order and only where an option asks for it: logit
 * bias, repetition penalty, frequency penalty, presence penalty; temperature; top-k, top-p, min-p.
 * Then one sampler picks: the likeliest token at temperature 0, else by chance. Temperature comes
 * before what drops candidates, as in Transformers and vLLM; docs/sampling.md says what that means.
 */
module dev.mobilellm.sampling {
  requires dev.mobilellm.spi;

  provides dev.mobilellm.spi.sampling.LogitsProcessorProvider with
      dev.mobilellm.sampling.LogitBias,
      dev.mobilellm.sampling.RepetitionPenalty,
      dev.mobilellm.sampling.FrequencyPenalty,
      dev.mobilellm.sampling.PresencePenalty,
      dev.mobilellm.sampling.Temperature,
      dev.mobilellm.sampling.TopK,
      dev.mobilellm.sampling.TopP,
      dev.mobilellm.sampling.MinP;
  provides dev.mobilellm.spi.sampling.SamplerProvider with
      dev.mobilellm.sampling.Greedy,
      dev.mobilellm.sampling.Categorical;
}
