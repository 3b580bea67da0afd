package dev.mobilellm.attention.gqa;

import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.model.LayerView;
import dev.mobilellm.spi.model.ModelConfig;
import java.util.List;

/** Which layers rotate queries and keys, and which attend within chunks. */
final class RopeLayers {

  private RopeLayers() {}

  /**
   * Whether a layer has RoPE. The list's name is inverted: an entry of 1 means that it has. Without
   * a list, every layer whose number is a multiple of the interval is without.
   */
  static boolean rotates(LayerView layer) {
    ModelConfig config = layer.config();
    List<Integer> flags = config.noRopeLayers();
    if (flags.isEmpty()) {
      return (layer.index() + 1) % config.noRopeLayerInterval() != 0;
    }
    int layers = config.numHiddenLayers();
    if (flags.size() < layers) {
      throw new ModelException(
          "config.json: \"no_rope_layers\" has %d entries, but there are %d layers."
              .formatted(flags.size(), layers));
    }
    if (flags.subList(0, layers).stream().allMatch(flag -> flag == 0)) {
      layer
          .warnings()
          .accept(
              "config.json: \"no_rope_layers\" turns RoPE off in all layers; taken as an artefact,"
                  + " RoPE is used everywhere.");
      return true;
    }
    return flags.get(layer.index()) != 0;
  }

  /** Chunks belong to the layers with RoPE, unless {@code layer_types} says otherwise. */
  static boolean isChunked(LayerView layer, boolean rotates) {
    List<String> types = layer.config().layerTypes();
    if (types.isEmpty()) {
      return rotates;
    }
    if (types.size() <= layer.index()) {
      throw new ModelException(
          "config.json: \"layer_types\" has %d entries, but there are %d layers."
              .formatted(types.size(), layer.config().numHiddenLayers()));
    }
    return switch (types.get(layer.index())) {
      case "chunked_attention" -> true;
      case "full_attention" -> false;
      default ->
          throw layer
              .config()
              .settings()
              .wrong(
                  "layer_types",
                  "a list of \"full_attention\" and \"chunked_attention\"",
                  types.get(layer.index()));
    };
  }
}
