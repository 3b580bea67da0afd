package dev.mobilellm.testkit;

import dev.mobilellm.spi.graph.Activation;
import dev.mobilellm.spi.graph.AttentionShape;
import dev.mobilellm.spi.graph.RotaryEmbedding;
import dev.mobilellm.spi.weights.DType;
import dev.mobilellm.spi.weights.Dense;
import dev.mobilellm.spi.weights.WeightEncoding;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A transformer for {@link Programs#random}. Each {@code with} method gives another one that
 * differs in one respect.
 *
 * @param sizes of everything but the attention
 * @param attention the shape of every layer's attention
 * @param placing what happens to queries and keys before they meet
 * @param weights how weights are stored, and whether there are biases
 * @param activation the MLP's
 * @param composites whether the program is recorded with composites, or lowered to primitives
 */
public record ProgramSpec(
    Sizes sizes,
    AttentionShape attention,
    Placing placing,
    Weights weights,
    Activation activation,
    boolean composites) {

  /** Layers are pairs of an attention and a gated MLP. */
  public record Sizes(int vocabulary, int hidden, int mlp, int layers) {}

  /** RoPE and the weightless norm per head, each with its parameter or left out. */
  public record Placing(Optional<RotaryEmbedding> rotary, OptionalDouble qkNormEps) {}

  /** The encoding of all matrices, the type of norms and biases. */
  public record Weights(WeightEncoding matrices, DType vectors, boolean attentionBias) {}

  /** Two layers of four heads over two, as MobileLLM-R1 has them: RoPE, QK-norm, SiLU; float32. */
  public static final ProgramSpec SMALL =
      new ProgramSpec(
          new Sizes(101, 64, 96, 2),
          new AttentionShape(4, 2, 16, 0.25f, 0, Optional.empty()),
          new Placing(Optional.of(new RotaryEmbedding(16, 8e6)), OptionalDouble.of(1e-5)),
          new Weights(new Dense(DType.F32), DType.F32, false),
          Activation.SILU,
          true);

  public ProgramSpec withSizes(int vocabulary, int hidden, int mlp) {
    Sizes other = new Sizes(vocabulary, hidden, mlp, sizes.layers);
    return new ProgramSpec(other, attention, placing, weights, activation, composites);
  }

  /** Another attention of the usual scale; where there is RoPE, it follows the head size. */
  public ProgramSpec withHeads(int heads, int kvHeads, int headDim) {
    float scale = (float) (1 / Math.sqrt(headDim));
    Optional<RotaryEmbedding> rotary =
        placing.rotary.map(r -> new RotaryEmbedding(headDim, r.theta()));
    return withAttention(
            new AttentionShape(
                heads, kvHeads, headDim, scale, attention.chunk(), attention.temper()))
        .withPlacing(new Placing(rotary, placing.qkNormEps));
  }

  /** Attention within chunks. */
  public ProgramSpec withChunk(int chunk) {
    AttentionShape a = attention;
    return withAttention(
        new AttentionShape(a.heads(), a.kvHeads(), a.headDim(), a.scale(), chunk, a.temper()));
  }

  /** A Llama-4 layer without RoPE: no rotation, no QK-norm, tempered queries. */
  public ProgramSpec withTemper(double floorScale, double attnScale) {
    AttentionShape a = attention;
    var temper = Optional.of(new AttentionShape.Temper(floorScale, attnScale));
    return withAttention(
            new AttentionShape(a.heads(), a.kvHeads(), a.headDim(), a.scale(), a.chunk(), temper))
        .withPlacing(new Placing(Optional.empty(), OptionalDouble.empty()));
  }

  public ProgramSpec withPlacing(Placing other) {
    return new ProgramSpec(sizes, attention, other, weights, activation, composites);
  }

  public ProgramSpec withActivation(Activation other) {
    return new ProgramSpec(sizes, attention, placing, weights, other, composites);
  }

  public ProgramSpec withWeights(WeightEncoding matrices, DType vectors, boolean attentionBias) {
    Weights other = new Weights(matrices, vectors, attentionBias);
    return new ProgramSpec(sizes, attention, placing, other, activation, composites);
  }

  /** Lowered to primitives. */
  public ProgramSpec withPrimitives() {
    return new ProgramSpec(sizes, attention, placing, weights, activation, false);
  }

  private ProgramSpec withAttention(AttentionShape other) {
    return new ProgramSpec(sizes, other, placing, weights, activation, composites);
  }
}
