package dev.mobilellm.weights.mlx;

import dev.mobilellm.checkpoint.CheckpointTensors;
import dev.mobilellm.spi.Match;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.model.ModelFiles;
import dev.mobilellm.spi.model.WeightSourceProvider;
import dev.mobilellm.spi.weights.WeightSource;

/** Weights quantized by MLX: groups of 2, 3, 4, 5, 6 or 8 bits, mixed with floats. */
public final class MlxWeights implements WeightSourceProvider {

  @Override
  public String name() {
    return "mlx";
  }

  /** Above plain safetensors, which would match the same files. */
  @Override
  public int priority() {
    return 10;
  }

  /** Other quantizations match too: {@link #open} says why they cannot be read. */
  @Override
  public Match matches(ModelFiles files) {
    Match present = CheckpointTensors.present(files);
    if (!present.matches()) {
      return present;
    }
    if (Quantization.in(files.config())) {
      return Match.yes("config.json says how the weights are quantized");
    }
    try (CheckpointTensors stored = CheckpointTensors.open(files)) {
      return stored.tensors().keySet().stream().anyMatch(name -> name.endsWith(".scales"))
          ? Match.yes("there are .scales beside weights")
          : Match.no("no quantization in config.json and no .scales beside weights");
    } catch (ModelException e) {
      return Match.no("the files cannot be opened: " + e.getMessage().replaceFirst("\\.$", ""));
    }
  }

  @Override
  public WeightSource open(ModelFiles files) {
    Quantization quantization = Quantization.of(files.config());
    CheckpointTensors stored = CheckpointTensors.open(files);
    try {
      return new QuantizedTensors(stored, quantization);
    } catch (ModelException e) {
      stored.close();
      throw e;
    }
  }
}
