package dev.mobilellm.runtime.bench;

import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.model.ModelConfig;
import dev.mobilellm.spi.model.ModelFiles;
import dev.mobilellm.spi.model.Settings;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * The sizes in which the published models differ. Heads have 64 values; the embedding is the head.
 *
 * @param hidden width of the residual stream
 * @param mlp width of the MLP
 * @param vocabulary entries of the vocabulary
 */
public record ModelShape(int layers, int heads, int kvHeads, int hidden, int mlp, int vocabulary) {

  private static final int HEAD_DIM = 64;
  private static final int VOCABULARY = 128_256;
  private static final int CONTEXT = 32_768;
  private static final SequencedMap<String, ModelShape> PUBLISHED = published();

  /**
   * A tensor as the published files name it.
   *
   * @param rows 1: a norm, whose shape has one dimension in files
   */
  public record Tensor(String name, int rows, int columns) {

    private static final String EMBEDDING = "model.embed_tokens.weight";

    public boolean isNorm() {
      return rows == 1;
    }

    public boolean isEmbedding() {
      return name.equals(EMBEDDING);
    }
  }

  /** The names of the published models: {@code 140M}, {@code 360M}, {@code 950M}. */
  public static List<String> names() {
    return List.copyOf(PUBLISHED.keySet());
  }

  /**
   * The shape of a published model.
   *
   * @param name one of {@link #names()}
   * @throws UsageException if there is no such model
   */
  public static ModelShape named(String name) {
    ModelShape shape = PUBLISHED.get(name);
    if (shape == null) {
      throw new UsageException(
          "There is no shape \"%s\"; there are: %s.".formatted(name, String.join(", ", names())));
    }
    return shape;
  }

  /** The longest context, in tokens. */
  public int context() {
    return CONTEXT;
  }

  /** All tensors in the order of the published files. */
  public List<Tensor> tensors() {
    List<Tensor> tensors = new ArrayList<>();
    tensors.add(new Tensor(Tensor.EMBEDDING, vocabulary, hidden));
    for (int layer = 0; layer < layers; layer++) {
      String prefix = "model.layers." + layer;
      tensors.add(norm(prefix + ".input_layernorm"));
      tensors.add(matrix(prefix + ".self_attn.q_proj", heads * HEAD_DIM, hidden));
      tensors.add(matrix(prefix + ".self_attn.k_proj", kvHeads * HEAD_DIM, hidden));
      tensors.add(matrix(prefix + ".self_attn.v_proj", kvHeads * HEAD_DIM, hidden));
      tensors.add(matrix(prefix + ".self_attn.o_proj", hidden, heads * HEAD_DIM));
      tensors.add(norm(prefix + ".post_attention_layernorm"));
      tensors.add(matrix(prefix + ".feed_forward.gate_proj", mlp, hidden));
      tensors.add(matrix(prefix + ".feed_forward.up_proj", mlp, hidden));
      tensors.add(matrix(prefix + ".feed_forward.down_proj", hidden, mlp));
    }
    tensors.add(norm("model.norm"));
    return tensors;
  }

  /**
   * The published config.json of this shape as a tree.
   *
   * @param dtype as config.json names it: {@code bfloat16}
   */
  public Map<String, Object> config(String dtype) {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("architectures", List.of("Llama4ForCausalLM"));
    config.put("attention_bias", false);
    config.put("attention_chunk_size", CONTEXT);
    config.put("attention_dropout", 0.0);
    config.put("attn_scale", 0.1);
    config.put("attn_temperature_tuning", false);
    config.put("bos_token_id", 128_000);
    config.put("eos_token_id", List.of(128_001, 128_008, 128_009));
    config.put("floor_scale", 8192);
    config.put("head_dim", HEAD_DIM);
    config.put("hidden_act", "silu");
    config.put("hidden_size", hidden);
    config.put("interleave_moe_layer_step", 0);
    config.put("intermediate_size", 8192);
    config.put("intermediate_size_mlp", mlp);
    config.put("max_position_embeddings", CONTEXT);
    config.put("model_type", "llama4_text");
    config.put("moe_layers", List.of());
    // 22 entries, whatever the number of layers: as published.
    config.put("no_rope_layers", Collections.nCopies(22, 1));
    config.put("num_attention_heads", heads);
    config.put("num_experts_per_tok", 0);
    config.put("num_hidden_layers", layers);
    config.put("num_key_value_heads", kvHeads);
    config.put("num_local_experts", 0);
    config.put("rms_norm_eps", 1e-5);
    config.put("rope_scaling", null);
    config.put("rope_theta", 8e6);
    config.put("tie_word_embeddings", true);
    config.put("torch_dtype", dtype);
    config.put("use_qk_norm", true);
    config.put("vocab_size", vocabulary);
    return config;
  }

  /** Files that are on no disk: the configuration alone. */
  public ModelFiles files() {
    return new ShapeFiles(new ModelConfig(new Settings("config.json", config("bfloat16"))));
  }

  private Tensor norm(String path) {
    return new Tensor(path + ".weight", 1, hidden);
  }

  private static Tensor matrix(String path, int rows, int columns) {
    return new Tensor(path + ".weight", rows, columns);
  }

  private static SequencedMap<String, ModelShape> published() {
    SequencedMap<String, ModelShape> shapes = new LinkedHashMap<>();
    shapes.put("140M", new ModelShape(15, 9, 3, 576, 2048, VOCABULARY));
    shapes.put("360M", new ModelShape(15, 16, 4, 1024, 4096, VOCABULARY));
    shapes.put("950M", new ModelShape(22, 24, 6, 1536, 6144, VOCABULARY));
    return shapes;
  }
}
