package dev.mobilellm.spi.model;

import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.graph.Activation;
import java.util.List;

/**
 * {@code config.json} with the defaults of Transformers' Llama-4 text configuration. Accessors
 * check what they return; {@link #settings()} has every other key. Immutable.
 */
public final class ModelConfig {

  private final Settings settings;

  public ModelConfig(Settings settings) {
    this.settings = settings;
  }

  /** All keys. */
  public Settings settings() {
    return settings;
  }

  /** {@code llama4_text} for this family; empty if the file does not say. */
  public String modelType() {
    return settings.text("model_type").orElse("");
  }

  public int vocabSize() {
    return settings.positive("vocab_size");
  }

  public int hiddenSize() {
    return settings.positive("hidden_size");
  }

  public int numHiddenLayers() {
    return settings.positive("num_hidden_layers");
  }

  /** Query heads. */
  public int heads() {
    return settings.positive("num_attention_heads");
  }

  /**
   * Key/value heads.
   *
   * @throws ModelException if the query heads cannot be shared out among them
   */
  public int kvHeads() {
    int kvHeads = settings.positive("num_key_value_heads", heads());
    if (heads() % kvHeads != 0) {
      throw new ModelException(
          "%s: \"num_attention_heads\" %d is not a multiple of \"num_key_value_heads\" %d."
              .formatted(settings.source(), heads(), kvHeads));
    }
    return kvHeads;
  }

  /**
   * Values of one head; the hidden size divided by the heads where the file does not say.
   *
   * @throws ModelException if it is odd: RoPE rotates pairs
   */
  public int headDim() {
    int headDim = settings.positive("head_dim", Math.max(1, hiddenSize() / heads()));
    if (headDim % 2 != 0) {
      throw settings.wrong("head_dim", "even, because RoPE rotates pairs", headDim);
    }
    return headDim;
  }

  /** Width of the gated branch in the dual-branch MLP; unused by the published models. */
  public int intermediateSize() {
    return settings.positive("intermediate_size");
  }

  /** Width of the dense MLP. */
  public int intermediateSizeMlp() {
    return settings.has("intermediate_size_mlp")
        ? settings.positive("intermediate_size_mlp")
        : intermediateSize();
  }

  /** The MLP's activation. */
  public Activation hiddenAct() {
    String label = settings.text("hidden_act").orElse(Activation.SILU.label());
    return Activation.named(label)
        .orElseThrow(() -> settings.wrong("hidden_act", "one of " + Activation.labels(), label));
  }

  public float rmsNormEps() {
    double eps = settings.number("rms_norm_eps", 1e-5);
    if (eps < 0) {
      throw settings.wrong("rms_norm_eps", "at least 0", eps);
    }
    return (float) eps;
  }

  public double ropeTheta() {
    double theta = settings.number("rope_theta", 500_000);
    if (theta <= 0) {
      throw settings.wrong("rope_theta", "greater than 0", theta);
    }
    return theta;
  }

  /**
   * Whether queries and keys are RMS-normalised on layers with RoPE; there are no weights for it.
   */
  public boolean useQkNorm() {
    return settings.flag("use_qk_norm", true);
  }

  public boolean attentionBias() {
    return settings.flag("attention_bias", false);
  }

  /** Layers with RoPE attend within chunks of this many positions; 0: no chunks. */
  public int attentionChunkSize() {
    return settings.positive("attention_chunk_size", 0);
  }

  /** Whether layers without RoPE scale their queries with the position. */
  public boolean attnTemperatureTuning() {
    return settings.flag("attn_temperature_tuning", false);
  }

  public double attnScale() {
    return settings.number("attn_scale", 0.1);
  }

  public double floorScale() {
    double scale = settings.number("floor_scale", 8192);
    if (scale <= 0) {
      throw settings.wrong("floor_scale", "greater than 0", scale);
    }
    return scale;
  }

  /** As in the file: 1 means that the layer <em>does</em> rotate; may be empty. */
  public List<Integer> noRopeLayers() {
    return settings.integers("no_rope_layers");
  }

  /** Without a list, every layer whose number is a multiple of this is without RoPE. */
  public int noRopeLayerInterval() {
    return settings.positive("no_rope_layer_interval", 4);
  }

  /** Per layer {@code full_attention} or {@code chunked_attention}; may be empty. */
  public List<String> layerTypes() {
    return settings.texts("layer_types");
  }

  /** The longest context that the model was trained for. */
  public int maxPositionEmbeddings() {
    return settings.positive("max_position_embeddings", 32_768);
  }

  public boolean tieWordEmbeddings() {
    return settings.flag("tie_word_embeddings", false);
  }
}
