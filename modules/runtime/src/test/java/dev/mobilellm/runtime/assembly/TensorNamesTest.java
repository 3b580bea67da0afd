package dev.mobilellm.runtime.assembly;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TensorNamesTest {

  @ParameterizedTest
  @CsvSource({
    "model.embed_tokens.weight, embed_tokens.weight",
    "tok_embeddings.weight, embed_tokens.weight",
    "language_model.model.embed_tokens.weight, embed_tokens.weight",
    "model.language_model.embed_tokens.weight, embed_tokens.weight",
    "lm_head.weight, lm_head.weight",
    "output.weight, lm_head.weight",
    "language_model.lm_head.weight, lm_head.weight",
    "model.norm.weight, norm.weight",
    "norm.weight, norm.weight",
    "model.layers.3.self_attn.q_proj.weight, layers.3.self_attn.q_proj.weight",
    "layers.12.attention.q_proj.bias, layers.12.self_attn.q_proj.bias",
    "layers.0.attention_norm.weight, layers.0.input_layernorm.weight",
    "layers.0.ffn_norm.weight, layers.0.post_attention_layernorm.weight",
    "model.layers.0.mlp.down_proj.weight, layers.0.feed_forward.down_proj.weight",
    "model.layers.0.feed_forward.g_up.weight, layers.0.feed_forward.g_up.weight",
    "model.layers.x.mlp.weight, layers.x.mlp.weight",
    "model.mlp.weight, mlp.weight",
  })
  void everySpellingHasOneCanonicalForm(String stored, String canonical) {
    assertEquals(canonical, TensorNames.canonical(stored));
  }
}
