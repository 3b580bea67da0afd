package dev.mobilellm.spi.graph;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** Element-wise activations, by the names that {@code hidden_act} uses. */
public enum Activation {
  /** {@code x * sigmoid(x)}. */
  SILU("silu") {
    @Override
    public double apply(double x) {
      return x / (1 + Math.exp(-x));
    }
  },
  /** GELU in its tanh approximation (Hendrycks and Gimpel 2016). */
  GELU_TANH("gelu_pytorch_tanh") {
    @Override
    public double apply(double x) {
      return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
    }
  },
  /** {@code max(x, 0)}. */
  RELU("relu") {
    @Override
    public double apply(double x) {
      return Math.max(x, 0);
    }
  };

  private final String label;

  Activation(String label) {
    this.label = label;
  }

  /** The name in config.json. */
  public String label() {
    return label;
  }

  /** The definition, in double; devices approximate it in float. */
  public abstract double apply(double x);

  /** All names, for messages: {@code "silu", "gelu_pytorch_tanh", "relu"}. */
  public static String labels() {
    return Arrays.stream(values())
        .map(activation -> '"' + activation.label + '"')
        .collect(Collectors.joining(", "));
  }

  /** The activation that config.json names so; {@code swish} is another name of SiLU. */
  public static Optional<Activation> named(String label) {
    String wanted = label.equals("swish") ? "silu" : label;
    return Arrays.stream(values()).filter(a -> a.label.equals(wanted)).findFirst();
  }
}
