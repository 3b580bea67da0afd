package dev.mobilellm.architecture.golden;

import dev.mobilellm.attention.gqa.GroupedQueryAttention;
import dev.mobilellm.kernels.java.JavaDeviceProvider;
import dev.mobilellm.kernels.opencl.OpenClDeviceProvider;
import dev.mobilellm.mlp.dualbranch.DualBranchMlp;
import dev.mobilellm.mlp.gated.GatedMlp;
import dev.mobilellm.runtime.LanguageModel;
import dev.mobilellm.runtime.LoadListener;
import dev.mobilellm.runtime.LoadOptions;
import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.runtime.plugins.Service;
import dev.mobilellm.sampling.Greedy;
import dev.mobilellm.testkit.reference.ReferenceDeviceProvider;
import dev.mobilellm.weights.mlx.MlxWeights;
import dev.mobilellm.weights.safetensors.SafetensorsWeights;
import java.nio.file.Path;
import java.util.Map;

/** The first-party plugins, handed to the runtime by a program that is no module. */
final class Assembly {

  private static final PluginRegistry REGISTRY =
      PluginRegistry.builtIn()
          .with(Service.WEIGHTS, new SafetensorsWeights())
          .with(Service.WEIGHTS, new MlxWeights())
          .with(Service.ATTENTION, new GroupedQueryAttention())
          .with(Service.MLP, new GatedMlp())
          .with(Service.MLP, new DualBranchMlp())
          .with(Service.DEVICE, new JavaDeviceProvider())
          .with(Service.DEVICE, new OpenClDeviceProvider())
          .with(Service.DEVICE, new ReferenceDeviceProvider())
          .with(Service.SAMPLER, new Greedy());

  private Assembly() {}

  /** With float activations throughout. */
  static LanguageModel load(Path checkpoint, String device, int threads) {
    return load(checkpoint, device, threads, Map.of("exact", "true"));
  }

  static LanguageModel load(
      Path checkpoint, String device, int threads, Map<String, String> properties) {
    return load(
        checkpoint,
        LoadOptions.DEFAULT
            .withDevice(device)
            .withThreads(threads)
            .withDeviceProperties(properties));
  }

  static LanguageModel load(Path checkpoint, LoadOptions options) {
    return LanguageModel.load(checkpoint, options, REGISTRY, LoadListener.NONE);
  }
}
