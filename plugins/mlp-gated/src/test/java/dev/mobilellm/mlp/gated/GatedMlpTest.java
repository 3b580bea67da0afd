package dev.mobilellm.mlp.gated;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.graph.GraphBuilder;
import dev.mobilellm.spi.graph.NormGatedLinear;
import dev.mobilellm.spi.graph.Value;
import dev.mobilellm.testkit.SampleLayer;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GatedMlpTest {

  private static final int HIDDEN = 12;

  private final GatedMlp mlp = new GatedMlp();

  @Test
  void takesEveryWeightOnce() {
    SampleLayer layer = layer(20, Map.of("hidden_size", HIDDEN, "intermediate_size_mlp", 20));
    assertTrue(mlp.matches(layer).matches());
    assertEquals(20, emit(layer).output().width());
    assertEquals(layer.names(), layer.taken());
    assertTrue(layer.warned().isEmpty());
  }

  @Test
  void theTensorsDecideAboutTheWidth() {
    SampleLayer layer = layer(20, Map.of("hidden_size", HIDDEN, "intermediate_size", 32));
    assertEquals(20, emit(layer).output().width());
    assertTrue(layer.warned().getFirst().contains("32"), layer.warned()::toString);
  }

  @Test
  void gateAndUpMustAgree() {
    SampleLayer layer =
        layer(20, Map.of("hidden_size", HIDDEN, "intermediate_size_mlp", 20))
            .with("feed_forward.up_proj.weight", 21, HIDDEN, 0);
    assertThrows(ModelException.class, () -> emit(layer));
  }

  @Test
  void anUnknownActivationIsNamed() {
    SampleLayer layer =
        layer(20, Map.of("hidden_size", HIDDEN, "intermediate_size_mlp", 20, "hidden_act", "mish"));
    String message = assertThrows(ModelException.class, () -> emit(layer)).getMessage();
    assertTrue(message.contains("mish") && message.contains("silu"), message);
  }

  @Test
  void doesNotMatchADualBranch() {
    SampleLayer layer = new SampleLayer(0, Map.of()).with("feed_forward.g_up.weight", 1, 1, 0);
    assertFalse(mlp.matches(layer).matches());
  }

  private NormGatedLinear emit(SampleLayer layer) {
    GraphBuilder graph = new GraphBuilder();
    Value residual = graph.newValue(HIDDEN, Value.Rows.TOKENS);
    assertEquals(HIDDEN, mlp.emit(graph, layer, residual).width());
    return (NormGatedLinear) graph.ops().getFirst();
  }

  private static SampleLayer layer(int width, Map<String, Object> config) {
    return new SampleLayer(0, config)
        .with("post_attention_layernorm.weight", 1, HIDDEN, 1)
        .with("feed_forward.gate_proj.weight", width, HIDDEN, 0)
        .with("feed_forward.up_proj.weight", width, HIDDEN, 0)
        .with("feed_forward.down_proj.weight", HIDDEN, width, 0);
  }
}
