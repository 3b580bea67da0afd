package dev.mobilellm.runtime.assembly;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The one spelling of tensor names that plugins see. Checkpoints in circulation spell them in
 * several ways: Transformers with {@code model.} and {@code feed_forward.} or {@code mlp.},
 * multi-modal exports with a {@code language_model.} prefix, the first MLX port in its own way.
 */
final class TensorNames {

  private static final Pattern LAYER = Pattern.compile("layers\\.(\\d{1,6})\\.(.+)");

  private static final Map<String, String> TOP =
      Map.of("tok_embeddings", "embed_tokens", "output", "lm_head");

  private static final Map<String, String> IN_LAYER =
      Map.of(
          "attention", "self_attn",
          "mlp", "feed_forward",
          "attention_norm", "input_layernorm",
          "ffn_norm", "post_attention_layernorm");

  private TensorNames() {}

  /**
   * The canonical name: {@code embed_tokens.weight}, {@code layers.0.self_attn.q_proj.weight},
   * {@code norm.weight}, {@code lm_head.weight}.
   */
  static String canonical(String stored) {
    String name = without(without(without(stored, "model."), "language_model."), "model.");
    Matcher layer = LAYER.matcher(name);
    return layer.matches()
        ? "layers." + layer.group(1) + "." + renamed(layer.group(2), IN_LAYER)
        : renamed(name, TOP);
  }

  private static String without(String name, String prefix) {
    return name.startsWith(prefix) ? name.substring(prefix.length()) : name;
  }

  private static String renamed(String name, Map<String, String> names) {
    int dot = name.indexOf('.');
    String first = dot < 0 ? name : name.substring(0, dot);
    return names.getOrDefault(first, first) + name.substring(first.length());
  }
}
