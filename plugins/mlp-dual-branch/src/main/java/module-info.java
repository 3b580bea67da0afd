/** A dense MLP of two branches, a gated one and a plain one, summed. */
module dev.mobilellm.mlp.dualbranch {
  requires dev.mobilellm.spi;

  provides dev.mobilellm.spi.model.MlpVariant with
      dev.mobilellm.mlp.dualbranch.DualBranchMlp;
}
