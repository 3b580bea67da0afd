package dev.mobilellm.weights.safetensors;

import dev.mobilellm.checkpoint.CheckpointTensors;
import dev.mobilellm.spi.Match;
import dev.mobilellm.spi.model.ModelFiles;
import dev.mobilellm.spi.model.WeightSourceProvider;
import dev.mobilellm.spi.weights.WeightSource;

/** Weights as float32, float16 or bfloat16, in one safetensors file or shards. */
public final class SafetensorsWeights implements WeightSourceProvider {

  @Override
  public String name() {
    return "safetensors";
  }

  @Override
  public Match matches(ModelFiles files) {
    return CheckpointTensors.present(files);
  }

  @Override
  public WeightSource open(ModelFiles files) {
    return new FloatTensors(CheckpointTensors.open(files));
  }
}
