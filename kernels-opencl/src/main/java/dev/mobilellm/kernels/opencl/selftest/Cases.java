package dev.mobilellm.kernels.opencl.selftest;

import dev.mobilellm.spi.graph.Activation;
import dev.mobilellm.spi.graph.AttentionShape;
import dev.mobilellm.spi.graph.AttentionShape.Temper;
import dev.mobilellm.spi.graph.GraphBuilder;
import dev.mobilellm.spi.graph.NormLinear.Projection;
import dev.mobilellm.spi.graph.Program;
import dev.mobilellm.spi.graph.RotaryEmbedding;
import dev.mobilellm.spi.graph.Value;
import dev.mobilellm.spi.weights.AffineGroups;
import dev.mobilellm.spi.weights.DType;
import dev.mobilellm.spi.weights.Dense;
import dev.mobilellm.spi.weights.WeightEncoding;
import dev.mobilellm.spi.weights.WeightTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Small programs, each of one operation between a table and its logits, by name. */
final class Cases {

  /** Ids that tables have: as many as the narrowest logits. */
  static final int VOCABULARY = 37;

  private static final float EPS = 1e-5f;

  /** Prefill in large and small tiles, then by vectors of 4, 2 and 1. */
  private static final int[] ALL_CUTS = {40, 11, 4, 2, 1};

  /** One of each kind. */
  private static final int[] FEW_CUTS = {40, 4, 1};

  /**
   * @param name of what is tested
   * @param program whose logits tell
   * @param cuts how many tokens are handed in at once, one after another
   */
  record Case(String name, Program program, int[] cuts) {}

  /** What makes a program's logits of an embedded value. */
  private interface Body {
    Value record(GraphBuilder graph, Value input);
  }

  private final RandomTensors tensors;
  private final List<Case> cases = new ArrayList<>();
  private int[] cuts = ALL_CUTS;

  private Cases(RandomTensors tensors) {
    this.tensors = tensors;
  }

  static List<Case> of(RandomTensors tensors) {
    Cases made = new Cases(tensors);
    made.elements();
    made.attention();
    WeightEncoding bf16 = new Dense(DType.BF16);
    WeightEncoding fourBits = new AffineGroups(4, 64, DType.BF16);
    made.fused(bf16, 72);
    made.fused(fourBits, 192);
    made.cuts = FEW_CUTS;
    for (DType type : DType.values()) {
      made.decoded(new Dense(type), 72);
      made.linear("odd ", new Dense(type), 53);
    }
    for (int bits : List.of(2, 3, 4, 5, 6, 8)) {
      DType scales = bits == 3 ? DType.F16 : bits == 5 ? DType.F32 : DType.BF16;
      made.decoded(new AffineGroups(bits, 64, scales), 192);
    }
    return made.cases;
  }

  private void add(String name, int width, Body body) {
    GraphBuilder graph = new GraphBuilder();
    WeightTensor table = tensors.matrix(VOCABULARY, width, new Dense(DType.F32));
    Value result = body.record(graph, graph.embed(table));
    add(name, graph.build(graph.selectWanted(result)));
  }

  private void add(String name, Program program) {
    cases.add(new Case(name, program, cuts));
  }

  private void elements() {
    add("norm", 70, (graph, x) -> graph.rmsNorm(x, Optional.of(tensors.vector(70)), 70, EPS));
    add("norm of heads", 70, (graph, x) -> graph.rmsNorm(x, Optional.empty(), 10, EPS));
    add("rope", 70, (graph, x) -> graph.rope(x, new RotaryEmbedding(10, 5e5)));
    add("multiply", 70, (graph, x) -> graph.multiply(x, x));
    add("add", 70, (graph, x) -> graph.add(x, x));
    for (Activation activation : Activation.values()) {
      add(activation.label(), 70, (graph, x) -> graph.activate(x, activation));
    }
  }

  private void attention() {
    Optional<RotaryEmbedding> rotary = Optional.of(new RotaryEmbedding(64, 8e6));
    add("attention", 576, attention(9, 3, 64, 0, rotary, OptionalDouble.of(EPS), Optional.empty()));
    add(
        "attention in chunks",
        60,
        attention(
            6,
            2,
            10,
            9,
            Optional.empty(),
            OptionalDouble.empty(),
            Optional.of(new Temper(8, 0.2))));
  }

  private Body attention(
      int heads,
      int kvHeads,
      int headDim,
      int chunk,
      Optional<RotaryEmbedding> rotary,
      OptionalDouble normEps,
      Optional<Temper> temper) {
    float scale = (float) (1 / Math.sqrt(headDim));
    AttentionShape shape = new AttentionShape(heads, kvHeads, headDim, scale, chunk, temper);
    return (graph, x) -> {
      WeightEncoding bf16 = new Dense(DType.BF16);
      Value key = linear(graph, x, shape.kvWidth(), bf16);
      Value value = linear(graph, x, shape.kvWidth(), bf16);
      return graph.rotaryAttention(
          x, key, value, rotary, normEps, graph.newCache(kvHeads, headDim), shape);
    };
  }

  private Value linear(GraphBuilder graph, Value x, int rows, WeightEncoding encoding) {
    return graph.linear(x, tensors.matrix(rows, x.width(), encoding), Optional.empty());
  }

  private void linear(String prefix, WeightEncoding encoding, int width) {
    add(
        prefix + "matrix " + encoding.name(),
        width,
        (graph, x) ->
            graph.linear(x, tensors.matrix(67, width, encoding), Optional.of(tensors.vector(67))));
  }

  /** Rows and products of an encoding. */
  private void decoded(WeightEncoding encoding, int width) {
    GraphBuilder table = new GraphBuilder();
    Value looked = table.embed(tensors.matrix(VOCABULARY, width, encoding));
    add("embed " + encoding.name(), table.build(table.selectWanted(looked)));
    linear("", encoding, width);
  }

  /** What is fused with matrices. */
  private void fused(WeightEncoding encoding, int width) {
    add(
        "matrix+add " + encoding.name(),
        width,
        (graph, x) ->
            graph.linearAdd(x, tensors.matrix(width, width, encoding), Optional.empty(), x));
    add(
        "norm+gated matrix " + encoding.name(),
        width,
        (graph, x) ->
            graph.normGatedLinear(
                x,
                tensors.vector(width),
                EPS,
                tensors.matrix(67, width, encoding),
                tensors.matrix(67, width, encoding),
                Activation.SILU));
    add(
        "norm+matrix " + encoding.name(),
        width,
        (graph, x) -> {
          List<Projection> projections = new ArrayList<>();
          for (int i = 0; i < 3; i++) {
            projections.add(
                new Projection(
                    tensors.matrix(37, width, encoding), Optional.of(tensors.vector(37))));
          }
          List<Value> outputs = graph.normLinear(x, tensors.vector(width), EPS, projections);
          return graph.add(outputs.get(0), graph.add(outputs.get(1), outputs.get(2)));
        });
  }
}
