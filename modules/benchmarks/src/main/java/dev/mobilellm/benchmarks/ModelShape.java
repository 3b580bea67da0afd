package dev.mobilellm.benchmarks;

import dev.mobilellm.checkpoint.SafetensorsWriter.Tensor;
import dev.mobilellm.checkpoint.StorageType;
import dev.mobilellm.spi.weights.DType;
import java.util.ArrayList;
import java.util.List;

/**
 * The sizes in which the published models differ.
 *
 * @param hidden width of the residual stream
 * @param mlp width of the MLP
 */
public record ModelShape(int layers, int heads, int kvHeads, int hidden, int mlp) {

  private static final int HEAD_DIM = 64;
  private static final int VOCABULARY = 128_256;

  /**
   * The shape of a published model.
   *
   * @param name {@code 140M}, {@code 360M} or {@code 950M}
   * @throws IllegalArgumentException if there is no such model
   */
  public static ModelShape named(String name) {
    return switch (name) {
      case "140M" -> new ModelShape(15, 9, 3, 576, 2048);
      case "360M" -> new ModelShape(15, 16, 4, 1024, 4096);
      case "950M" -> new ModelShape(22, 24, 6, 1536, 6144);
      default -> throw new IllegalArgumentException("no model " + name);
    };
  }

  /** All tensors with the names of the published files. */
  List<Tensor> tensors(StorageType type) {
    List<Tensor> tensors = new ArrayList<>();
    tensors.add(matrix("model.embed_tokens", type, VOCABULARY, hidden));
    for (int layer = 0; layer < layers; layer++) {
      String prefix = "model.layers." + layer;
      tensors.add(norm(prefix + ".input_layernorm", type));
      tensors.add(matrix(prefix + ".self_attn.q_proj", type, heads * HEAD_DIM, hidden));
      tensors.add(matrix(prefix + ".self_attn.k_proj", type, kvHeads * HEAD_DIM, hidden));
      tensors.add(matrix(prefix + ".self_attn.v_proj", type, kvHeads * HEAD_DIM, hidden));
      tensors.add(matrix(prefix + ".self_attn.o_proj", type, hidden, heads * HEAD_DIM));
      tensors.add(norm(prefix + ".post_attention_layernorm", type));
      tensors.add(matrix(prefix + ".feed_forward.gate_proj", type, mlp, hidden));
      tensors.add(matrix(prefix + ".feed_forward.up_proj", type, mlp, hidden));
      tensors.add(matrix(prefix + ".feed_forward.down_proj", type, hidden, mlp));
    }
    tensors.add(norm("model.norm", type));
    return tensors;
  }

  /** The published config.json of this shape; no_rope_layers has 22 entries for every shape. */
  String config(DType type) {
    String dtype =
        switch (type) {
          case F32 -> "float32";
          case F16 -> "float16";
          case BF16 -> "bfloat16";
        };
    return """
    {
      "architectures": ["Llama4ForCausalLM"],
      "attention_bias": false,
      "attention_chunk_size": 32768,
      "attention_dropout": 0.0,
      "attn_scale": 0.1,
      "attn_temperature_tuning": false,
      "bos_token_id": 128000,
      "eos_token_id": [128001, 128008, 128009],
      "floor_scale": 8192,
      "head_dim": %d,
      "hidden_act": "silu",
      "hidden_size": %d,
      "interleave_moe_layer_step": 0,
      "intermediate_size": 8192,
      "intermediate_size_mlp": %d,
      "max_position_embeddings": 32768,
      "model_type": "llama4_text",
      "moe_layers": [],
      "no_rope_layers": [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
      "num_attention_heads": %d,
      "num_experts_per_tok": 0,
      "num_hidden_layers": %d,
      "num_key_value_heads": %d,
      "num_local_experts": 0,
      "rms_norm_eps": 1e-05,
      "rope_scaling": null,
      "rope_theta": 8000000.0,
      "tie_word_embeddings": true,
      "torch_dtype": "%s",
      "use_qk_norm": true,
      "vocab_size": %d
    }
    """
        .formatted(HEAD_DIM, hidden, mlp, heads, layers, kvHeads, dtype, VOCABULARY);
  }

  private Tensor norm(String path, StorageType type) {
    return new Tensor(path + ".weight", type, List.of((long) hidden));
  }

  private static Tensor matrix(String path, StorageType type, long rows, long columns) {
    return new Tensor(path + ".weight", type, List.of(rows, columns));
  }
}
