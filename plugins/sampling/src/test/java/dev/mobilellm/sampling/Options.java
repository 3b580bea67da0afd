package dev.mobilellm.sampling;

import dev.mobilellm.spi.sampling.SamplingOptions;
import java.util.Map;
import java.util.OptionalLong;

/** Sampling options of which a test says only what it is about. */
final class Options {

  private Options() {}

  static SamplingOptions temperature(double temperature) {
    return truncation(temperature, 0, 1, 0);
  }

  static SamplingOptions topK(int k) {
    return truncation(1, k, 1, 0);
  }

  static SamplingOptions topP(double p) {
    return truncation(1, 0, p, 0);
  }

  static SamplingOptions minP(double p) {
    return truncation(1, 0, 1, p);
  }

  static SamplingOptions truncation(double temperature, int topK, double topP, double minP) {
    return new SamplingOptions(
        temperature, topK, topP, minP, 1, 0, 0, Map.of(), OptionalLong.empty(), Map.of());
  }

  static SamplingOptions penalties(double repetition, double frequency, double presence) {
    return logits(repetition, frequency, presence, Map.of());
  }

  static SamplingOptions bias(Map<Integer, Float> bias) {
    return logits(1, 0, 0, bias);
  }

  static SamplingOptions logits(
      double repetition, double frequency, double presence, Map<Integer, Float> bias) {
    return new SamplingOptions(
        0, 0, 1, 0, repetition, frequency, presence, bias, OptionalLong.empty(), Map.of());
  }
}
