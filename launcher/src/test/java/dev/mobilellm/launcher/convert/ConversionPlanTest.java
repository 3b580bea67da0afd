package dev.mobilellm.launcher.convert;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mobilellm.checkpoint.SafetensorsWriter.Tensor;
import dev.mobilellm.checkpoint.StorageType;
import dev.mobilellm.spi.weights.DType;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ConversionPlanTest {

  private static final Zeros WEIGHTS =
      new Zeros()
          .matrix("model.embed_tokens.weight", 9, 64)
          .matrix("model.layers.0.self_attn.q_proj.weight", 4, 64)
          .vector("model.layers.0.self_attn.q_proj.bias", 64)
          .matrix("model.layers.0.feed_forward.down_proj.weight", 4, 96)
          .vector("model.layers.0.self_attn.rotary_emb.inv_freq", 32)
          .vector("model.norm.weight", 64)
          .matrix("lm_head.weight", 9, 64);

  @Test
  void partsAsMlxNamesThem() {
    ConversionPlan plan = plan(true, 64, false);
    assertEquals(
        List.of(
            new Tensor("model.embed_tokens.weight", StorageType.U32, List.of(9L, 6L)),
            new Tensor("model.embed_tokens.scales", StorageType.F16, List.of(9L, 1L)),
            new Tensor("model.embed_tokens.biases", StorageType.F16, List.of(9L, 1L)),
            new Tensor("model.layers.0.self_attn.q_proj.weight", StorageType.U32, List.of(4L, 6L)),
            new Tensor("model.layers.0.self_attn.q_proj.scales", StorageType.F16, List.of(4L, 1L)),
            new Tensor("model.layers.0.self_attn.q_proj.biases", StorageType.F16, List.of(4L, 1L)),
            new Tensor("model.layers.0.self_attn.q_proj.bias", StorageType.F16, List.of(64L)),
            new Tensor(
                "model.layers.0.feed_forward.down_proj.weight", StorageType.F16, List.of(4L, 96L)),
            new Tensor("model.norm.weight", StorageType.F16, List.of(64L))),
        plan.parts());
    assertEquals(List.of("model.layers.0.feed_forward.down_proj"), plan.indivisible());
    assertEquals(plan.byteSize(), plan.parts().stream().mapToLong(Tensor::byteSize).sum());
  }

  @Test
  void whatTheModelDoesNotUseIsLeftOut() {
    assertEquals(
        List.of("model.layers.0.self_attn.rotary_emb.inv_freq", "lm_head.weight"),
        plan(true, 32, false).dropped());
    assertEquals(
        List.of("model.layers.0.self_attn.rotary_emb.inv_freq"), plan(false, 32, false).dropped());
  }

  @Test
  void aHeadOfItsOwnIsQuantizedBesideAKeptEmbedding() {
    assertEquals(
        List.of(
            "model.layers.0.self_attn.q_proj", "model.layers.0.feed_forward.down_proj", "lm_head"),
        plan(false, 32, true).quantized().stream().map(ConversionPlan.Entry::path).toList());
  }

  private static ConversionPlan plan(boolean tied, int groupSize, boolean keepEmbedding) {
    return ConversionPlan.of(
        WEIGHTS,
        tied,
        new ConversionPlan.Wish(Optional.of(DType.F16), groupSize, keepEmbedding),
        path -> 3);
  }
}
