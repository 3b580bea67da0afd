/** Float weights of safetensors files. */
module dev.mobilellm.weights.safetensors {
  requires dev.mobilellm.spi;
  requires dev.mobilellm.checkpoint;

  provides dev.mobilellm.spi.model.WeightSourceProvider with
      dev.mobilellm.weights.safetensors.SafetensorsWeights;
}
