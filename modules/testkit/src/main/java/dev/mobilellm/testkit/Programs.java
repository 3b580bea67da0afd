package dev.mobilellm.testkit;

import dev.mobilellm.spi.graph.Activation;
import dev.mobilellm.spi.graph.GraphBuilder;
import dev.mobilellm.spi.graph.KvCache;
import dev.mobilellm.spi.graph.NormLinear.Projection;
import dev.mobilellm.spi.graph.Program;
import dev.mobilellm.spi.graph.Value;
import dev.mobilellm.spi.weights.AffineGroups;
import dev.mobilellm.spi.weights.DType;
import dev.mobilellm.spi.weights.Dense;
import dev.mobilellm.spi.weights.WeightTensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.SequencedMap;

/** Random programs and token ids for tests, the same for the same seed. */
public final class Programs {

  private static final float EPS = 1e-5f;

  private Programs() {}

  /** Programs of every primitive, first-party composite and encoding, of awkward sizes, by name. */
  public static SequencedMap<String, ProgramSpec> awkward() {
    ProgramSpec small = ProgramSpec.SMALL;
    SequencedMap<String, ProgramSpec> specs = new LinkedHashMap<>();
    specs.put("composites", small);
    specs.put("primitives", small.withPrimitives());
    specs.put("primes everywhere", small.withSizes(97, 53, 83));
    specs.put("a width of 1", small.withSizes(2, 1, 1));
    specs.put("9 heads over 3, hidden 576", small.withSizes(301, 576, 200).withHeads(9, 3, 64));
    specs.put("6 heads over 1 of 24", small.withHeads(6, 1, 24));
    specs.put("5 heads over 5 of 2", small.withHeads(5, 5, 2));
    specs.put("7 heads over 7 of 10", small.withHeads(7, 7, 10));
    specs.put("chunks of 1", small.withChunk(1));
    specs.put("chunks of 5", small.withChunk(5));
    specs.put("tempered queries", small.withTemper(4, 0.3));
    specs.put("tempered queries, primitives", small.withTemper(4, 0.3).withPrimitives());
    specs.put(
        "RoPE without QK-norm",
        small.withPlacing(
            new ProgramSpec.Placing(small.placing().rotary(), OptionalDouble.empty())));
    specs.put(
        "QK-norm without RoPE",
        small.withPlacing(new ProgramSpec.Placing(Optional.empty(), OptionalDouble.of(EPS))));
    for (Activation activation : Activation.values()) {
      specs.put(activation.label(), small.withActivation(activation));
      specs.put(
          activation.label() + ", primitives", small.withActivation(activation).withPrimitives());
    }
    for (DType type : DType.values()) {
      ProgramSpec spec = small.withSizes(97, 53, 83).withWeights(new Dense(type), type, true);
      specs.put(type.label() + " with biases", spec);
      specs.put(type.label() + " with biases, primitives", spec.withPrimitives());
    }
    for (int bits : new int[] {2, 3, 4, 5, 6, 8}) {
      for (int group : new int[] {32, 64, 128}) {
        DType scales = DType.values()[(bits + group / 32) % DType.values().length];
        AffineGroups affine = new AffineGroups(bits, group, scales);
        // Rows of one and of three groups; heads of 64 make the attention's output divisible too.
        ProgramSpec spec =
            small
                .withSizes(77, group, 3 * group)
                .withHeads(group == 128 ? 4 : 3, 1, group == 128 ? 32 : 64)
                .withWeights(affine, scales, bits == 5);
        specs.put(affine.name(), spec);
      }
    }
    specs.put("an unknown encoding", small.withWeights(new SignedBytes(), DType.F32, false));
    return specs;
  }

  /** A program with random weights. */
  public static Program random(ProgramSpec spec, long seed) {
    Recorder recorder = new Recorder(spec, new RandomWeights(seed));
    Program program = recorder.record();
    return spec.composites() ? program : program.lower(composite -> false);
  }

  /** Random ids below a vocabulary's size. */
  public static int[] tokens(int count, int vocabularySize, long seed) {
    return new Random(seed).ints(count, 0, vocabularySize).toArray();
  }

  /** Records a model as the first-party plugins do. */
  private static final class Recorder {

    private final GraphBuilder graph = new GraphBuilder();
    private final ProgramSpec spec;
    private final RandomWeights weights;
    private final int hidden;

    Recorder(ProgramSpec spec, RandomWeights weights) {
      this.spec = spec;
      this.weights = weights;
      this.hidden = spec.sizes().hidden();
    }

    Program record() {
      // Tied: the table is looked up by row here and multiplied as the output matrix below.
      WeightTensor table = matrix("embed", spec.sizes().vocabulary(), hidden);
      Value residual = graph.embed(table);
      for (int layer = 0; layer < spec.sizes().layers(); layer++) {
        residual = attention("layers." + layer + ".", residual);
        residual = mlp("layers." + layer + ".", residual);
      }
      Value wanted = graph.selectWanted(residual);
      Projection head = new Projection(table, Optional.empty());
      return graph.build(graph.normLinear(wanted, norm("norm"), EPS, List.of(head)).getFirst());
    }

    private Value attention(String layer, Value residual) {
      var shape = spec.attention();
      List<Value> qkv =
          graph.normLinear(
              residual,
              norm(layer + "attention_norm"),
              EPS,
              List.of(
                  projection(layer + "q", shape.queryWidth()),
                  projection(layer + "k", shape.kvWidth()),
                  projection(layer + "v", shape.kvWidth())));
      KvCache cache = graph.newCache(shape.kvHeads(), shape.headDim());
      Value attended =
          graph.rotaryAttention(
              qkv.get(0),
              qkv.get(1),
              qkv.get(2),
              spec.placing().rotary(),
              spec.placing().qkNormEps(),
              cache,
              shape);
      return graph.linearAdd(
          attended,
          matrix(layer + "o", hidden, shape.queryWidth()),
          bias(layer + "o.bias", hidden),
          residual);
    }

    private Value mlp(String layer, Value residual) {
      int width = spec.sizes().mlp();
      Value gated =
          graph.normGatedLinear(
              residual,
              norm(layer + "mlp_norm"),
              EPS,
              matrix(layer + "gate", width, hidden),
              matrix(layer + "up", width, hidden),
              spec.activation());
      return graph.linearAdd(
          gated, matrix(layer + "down", hidden, width), Optional.empty(), residual);
    }

    private Projection projection(String name, int rows) {
      return new Projection(matrix(name, rows, hidden), bias(name + ".bias", rows));
    }

    private WeightTensor matrix(String name, int rows, int columns) {
      return weights.matrix(name, rows, columns, spec.weights().matrices());
    }

    private WeightTensor norm(String name) {
      return weights.norm(name, hidden, spec.weights().vectors());
    }

    private Optional<WeightTensor> bias(String name, int size) {
      return spec.weights().attentionBias()
          ? Optional.of(weights.bias(name, size, spec.weights().vectors()))
          : Optional.empty();
    }
  }
}
