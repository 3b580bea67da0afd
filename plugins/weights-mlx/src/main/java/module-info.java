/** Weights that MLX wrote, quantized or not. */
module dev.mobilellm.weights.mlx {
  requires dev.mobilellm.spi;
  requires dev.mobilellm.checkpoint;

  provides dev.mobilellm.spi.model.WeightSourceProvider with
      dev.mobilellm.weights.mlx.MlxWeights;
}
