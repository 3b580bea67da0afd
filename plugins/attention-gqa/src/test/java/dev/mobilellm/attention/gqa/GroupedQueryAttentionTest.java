package dev.mobilellm.attention.gqa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.graph.GraphBuilder;
import dev.mobilellm.spi.graph.RotaryAttention;
import dev.mobilellm.spi.graph.Value;
import dev.mobilellm.testkit.SampleLayer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GroupedQueryAttentionTest {

  private static final int HIDDEN = 36;
  private static final int HEADS = 6;
  private static final int KV_HEADS = 2;
  private static final int HEAD_DIM = 8;

  private final GroupedQueryAttention attention = new GroupedQueryAttention();

  @Test
  void takesEveryWeightOnce() {
    SampleLayer layer = layer(0, Map.of());
    assertTrue(attention.matches(layer).matches());
    emit(layer);
    assertEquals(layer.names(), layer.taken());
  }

  @Test
  void takesBiases() {
    SampleLayer layer =
        layer(0, Map.of())
            .with("self_attn.q_proj.bias", 1, HEADS * HEAD_DIM, 0)
            .with("self_attn.k_proj.bias", 1, KV_HEADS * HEAD_DIM, 0)
            .with("self_attn.v_proj.bias", 1, KV_HEADS * HEAD_DIM, 0)
            .with("self_attn.o_proj.bias", 1, HIDDEN, 0);
    emit(layer);
    assertEquals(layer.names(), layer.taken());
  }

  @Test
  void doesNotMatchWithoutAProjection() {
    assertFalse(attention.matches(new SampleLayer(0, Map.of())).matches());
  }

  @Test
  void anEntryOfOneMeansRope() {
    Map<String, Object> config = Map.of("no_rope_layers", List.of(1, 0, 1, 1));
    assertTrue(emit(layer(0, config)).rotary().isPresent());
    assertTrue(emit(layer(1, config)).rotary().isEmpty());
  }

  @Test
  void withoutAListEveryFourthLayerIsWithoutRope() {
    for (int i = 0; i < 4; i++) {
      assertEquals(i != 3, emit(layer(i, Map.of())).rotary().isPresent());
    }
  }

  @Test
  void aListThatIsTooShortIsAnError() {
    SampleLayer layer = layer(0, Map.of("no_rope_layers", List.of(1, 1, 1)));
    String message = assertThrows(ModelException.class, () -> emit(layer)).getMessage();
    assertTrue(message.contains("no_rope_layers") && message.contains("3"), message);
  }

  @Test
  void aListThatTurnsAllOffIsAnArtefact() {
    SampleLayer layer = layer(0, Map.of("no_rope_layers", List.of(0, 0, 0, 0, 1)));
    assertTrue(emit(layer).rotary().isPresent());
    assertTrue(layer.warned().getFirst().contains("no_rope_layers"));
  }

  @Test
  void qkNormBelongsToLayersWithRope() {
    Map<String, Object> config = Map.of("no_rope_layers", List.of(1, 0, 1, 1));
    assertEquals(1e-5, emit(layer(0, config)).qkNormEps().orElseThrow(), 1e-9);
    assertTrue(emit(layer(1, config)).qkNormEps().isEmpty());
    assertTrue(emit(layer(0, Map.of("use_qk_norm", false))).qkNormEps().isEmpty());
  }

  @Test
  void chunksBelongToLayersWithRopeUnlessTypesSayOtherwise() {
    Map<String, Object> config =
        Map.of("no_rope_layers", List.of(1, 0, 1, 1), "attention_chunk_size", 16);
    assertEquals(16, emit(layer(0, config)).shape().chunk());
    assertEquals(0, emit(layer(1, config)).shape().chunk());
    Map<String, Object> typed = new HashMap<>(config);
    typed.put(
        "layer_types",
        List.of("full_attention", "chunked_attention", "full_attention", "full_attention"));
    assertEquals(0, emit(layer(0, typed)).shape().chunk());
    assertEquals(16, emit(layer(1, typed)).shape().chunk());
  }

  @Test
  void temperatureTuningBelongsToLayersWithoutRope() {
    Map<String, Object> config =
        Map.of("no_rope_layers", List.of(1, 0, 1, 1), "attn_temperature_tuning", true);
    assertTrue(emit(layer(0, config)).shape().temper().isEmpty());
    assertEquals(0.1, emit(layer(1, config)).shape().temper().orElseThrow().attnScale());
  }

  @Test
  void theScoreScaleIsThatOfTheHead() {
    assertEquals(1 / Math.sqrt(HEAD_DIM), emit(layer(0, Map.of())).shape().scale(), 1e-7);
  }

  @Test
  void storedNormWeightsMustBeOnes() {
    emit(layer(0, Map.of()).with("self_attn.q_norm.weight", 1, HEAD_DIM, 1));
    SampleLayer odd = layer(0, Map.of()).with("self_attn.q_norm.weight", 1, HEAD_DIM, 2);
    assertThrows(ModelException.class, () -> emit(odd));
  }

  @Test
  void headsMustBeSharedOutEvenly() {
    SampleLayer layer = layer(0, Map.of("num_key_value_heads", 4));
    String message = assertThrows(ModelException.class, () -> emit(layer)).getMessage();
    assertTrue(message.contains("num_key_value_heads"), message);
  }

  private RotaryAttention emit(SampleLayer layer) {
    GraphBuilder graph = new GraphBuilder();
    Value residual = graph.newValue(HIDDEN, Value.Rows.TOKENS);
    Value result = attention.emit(graph, layer, residual);
    assertEquals(HIDDEN, result.width());
    return graph.ops().stream()
        .filter(RotaryAttention.class::isInstance)
        .map(RotaryAttention.class::cast)
        .findFirst()
        .orElseThrow();
  }

  private static SampleLayer layer(int index, Map<String, Object> overrides) {
    Map<String, Object> config =
        new HashMap<>(
            Map.of(
                "hidden_size", HIDDEN,
                "num_attention_heads", HEADS,
                "num_key_value_heads", KV_HEADS,
                "head_dim", HEAD_DIM,
                "num_hidden_layers", 4));
    config.putAll(overrides);
    return new SampleLayer(index, config)
        .with("input_layernorm.weight", 1, HIDDEN, 1)
        .with("self_attn.q_proj.weight", HEADS * HEAD_DIM, HIDDEN, 0)
        .with("self_attn.k_proj.weight", KV_HEADS * HEAD_DIM, HIDDEN, 0)
        .with("self_attn.v_proj.weight", KV_HEADS * HEAD_DIM, HIDDEN, 0)
        .with("self_attn.o_proj.weight", HIDDEN, HEADS * HEAD_DIM, 0);
  }
}
