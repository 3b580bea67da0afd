package dev.mobilellm.runtime.inspection;

import dev.mobilellm.runtime.assembly.TensorLedger;
import dev.mobilellm.spi.weights.WeightTensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;

/**
 * How the parameters are shared out, and how they are stored.
 *
 * @param parts per part of the model; every part is there, some may be empty
 * @param encodings per encoding, by its name
 */
public record WeightShares(
    SequencedMap<Part, Amount> parts, SequencedMap<String, Amount> encodings) {

  /** A part of the model. */
  public enum Part {
    EMBEDDING,
    ATTENTION,
    MLP,
    NORMS,
    HEAD,
    OTHER;

    /** The word for people and programs. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Part of(String name) {
      if (name.contains("norm")) {
        return NORMS;
      }
      if (name.contains("embed") || name.startsWith("tok_")) {
        return EMBEDDING;
      }
      if (name.startsWith("lm_head") || name.startsWith("output")) {
        return HEAD;
      }
      if (name.contains("attn") || name.contains("attention")) {
        return ATTENTION;
      }
      return name.contains("feed_forward") || name.contains("mlp") ? MLP : OTHER;
    }
  }

  /** Parameters, the tensors that hold them, and their bytes as stored. */
  public record Amount(long parameters, int tensors, long bytes) {

    static final Amount NONE = new Amount(0, 0, 0);

    Amount plus(Amount other) {
      return new Amount(
          parameters + other.parameters, tensors + other.tensors, bytes + other.bytes);
    }

    /** Bits that one parameter takes on average. */
    public double bitsPerWeight() {
      return parameters == 0 ? 0 : bytes * 8.0 / parameters;
    }
  }

  /** Counts the stored tensors that the model uses. */
  static WeightShares of(List<TensorLedger.Entry> entries) {
    SequencedMap<Part, Amount> parts = new LinkedHashMap<>();
    for (Part part : Part.values()) {
      parts.put(part, Amount.NONE);
    }
    SequencedMap<String, Amount> encodings = new LinkedHashMap<>();
    for (TensorLedger.Entry entry : entries) {
      if (entry.status() != TensorLedger.Status.IGNORED && entry.stored().isPresent()) {
        WeightTensor tensor = entry.stored().get();
        Amount amount = new Amount(tensor.size(), 1, tensor.byteSize());
        parts.merge(Part.of(entry.name()), amount, Amount::plus);
        encodings.merge(tensor.encoding().name(), amount, Amount::plus);
      }
    }
    return new WeightShares(parts, encodings);
  }

  /** All of it. */
  public Amount total() {
    Amount total = Amount.NONE;
    for (Map.Entry<Part, Amount> part : parts.entrySet()) {
      total = total.plus(part.getValue());
    }
    return total;
  }
}
