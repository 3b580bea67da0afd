/** Finds plugins, assembles models from them, and generates text. */
module dev.mobilellm.runtime {
  requires transitive dev.mobilellm.checkpoint;
  requires transitive dev.mobilellm.spi;

  exports dev.mobilellm.runtime;
  exports dev.mobilellm.runtime.assembly;
  exports dev.mobilellm.runtime.evaluation;
  exports dev.mobilellm.runtime.bench;
  exports dev.mobilellm.runtime.device;
  exports dev.mobilellm.runtime.generation;
  exports dev.mobilellm.runtime.inspection;
  exports dev.mobilellm.runtime.plugins;
  exports dev.mobilellm.runtime.scheduling;

  uses dev.mobilellm.spi.device.ComputeDeviceProvider;
  uses dev.mobilellm.spi.model.AttentionVariant;
  uses dev.mobilellm.spi.model.MlpVariant;
  uses dev.mobilellm.spi.model.WeightSourceProvider;
  uses dev.mobilellm.spi.sampling.LogitsProcessorProvider;
  uses dev.mobilellm.spi.sampling.SamplerProvider;
  uses dev.mobilellm.spi.text.ChatTemplateProvider;
  uses dev.mobilellm.spi.text.TokenizerProvider;
}
