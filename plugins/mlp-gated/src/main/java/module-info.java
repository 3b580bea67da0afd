/** The gated MLP (SwiGLU) that the published models have. */
module dev.mobilellm.mlp.gated {
  requires dev.mobilellm.spi;

  provides dev.mobilellm.spi.model.MlpVariant with
      dev.mobilellm.mlp.gated.GatedMlp;
}
