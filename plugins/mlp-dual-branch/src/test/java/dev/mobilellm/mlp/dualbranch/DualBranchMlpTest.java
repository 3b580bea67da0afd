package dev.mobilellm.mlp.dualbranch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.spi.graph.GraphBuilder;
import dev.mobilellm.spi.graph.Value;
import dev.mobilellm.testkit.SampleLayer;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DualBranchMlpTest {

  private static final int HIDDEN = 12;

  private final DualBranchMlp mlp = new DualBranchMlp();

  @Test
  void takesEveryWeightOnceAndHasTwoWidths() {
    SampleLayer layer = layer(20, 28);
    assertTrue(mlp.matches(layer).matches());
    GraphBuilder graph = new GraphBuilder();
    Value residual = graph.newValue(HIDDEN, Value.Rows.TOKENS);
    assertEquals(HIDDEN, mlp.emit(graph, layer, residual).width());
    assertEquals(layer.names(), layer.taken());
    assertTrue(layer.warned().isEmpty(), layer.warned()::toString);
  }

  @Test
  void widthsThatDifferFromTheConfigurationAreTold() {
    SampleLayer layer = layer(24, 28);
    GraphBuilder graph = new GraphBuilder();
    mlp.emit(graph, layer, graph.newValue(HIDDEN, Value.Rows.TOKENS));
    assertEquals(1, layer.warned().size());
    assertTrue(layer.warned().getFirst().contains("g_down"));
  }

  @Test
  void doesNotMatchOneBranch() {
    SampleLayer layer = new SampleLayer(0, Map.of()).with("feed_forward.up_proj.weight", 1, 1, 0);
    assertFalse(mlp.matches(layer).matches());
  }

  private static SampleLayer layer(int gated, int plain) {
    return new SampleLayer(
            0, Map.of("hidden_size", HIDDEN, "intermediate_size", 20, "intermediate_size_mlp", 28))
        .with("post_attention_layernorm.weight", 1, HIDDEN, 1)
        .with("feed_forward.g_gate.weight", gated, HIDDEN, 0)
        .with("feed_forward.g_up.weight", gated, HIDDEN, 0)
        .with("feed_forward.g_down.weight", HIDDEN, gated, 0)
        .with("feed_forward.p_up.weight", plain, HIDDEN, 0)
        .with("feed_forward.p_down.weight", HIDDEN, plain, 0);
  }
}
