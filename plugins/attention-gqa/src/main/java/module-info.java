/** The attention block of Llama-4 text models: grouped-query attention with per-layer RoPE. */
module dev.mobilellm.attention.gqa {
  requires dev.mobilellm.spi;

  provides dev.mobilellm.spi.model.AttentionVariant with
      dev.mobilellm.attention.gqa.GroupedQueryAttention;
}
