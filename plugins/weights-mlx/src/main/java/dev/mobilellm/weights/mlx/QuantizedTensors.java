package dev.mobilellm.weights.mlx;

import dev.mobilellm.checkpoint.CheckpointTensors;
import dev.mobilellm.checkpoint.StoredTensor;
import dev.mobilellm.spi.weights.WeightSource;
import dev.mobilellm.spi.weights.WeightTensor;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.Set;
import java.util.stream.Collectors;

/** The weights of an MLX checkpoint: words, scales and biases as one tensor, floats as they lie. */
final class QuantizedTensors implements WeightSource {

  private static final String WEIGHT = ".weight";
  private static final String SCALES = ".scales";
  private static final String BIASES = ".biases";

  private final CheckpointTensors stored;
  private final SequencedSet<String> names = new LinkedHashSet<>();
  private final Map<String, WeightTensor> quantized = new HashMap<>();

  /**
   * Pairs words with scales and biases; float tensors are looked at when they are asked for.
   *
   * @throws dev.mobilellm.spi.ModelException if config and tensors contradict each other
   */
  QuantizedTensors(CheckpointTensors stored, Quantization quantization) {
    this.stored = stored;
    Set<String> paths =
        stored.tensors().keySet().stream()
            .filter(name -> name.endsWith(WEIGHT))
            .map(name -> without(WEIGHT, name))
            .collect(Collectors.toSet());
    Map<String, Quantization.Entry> entries = quantization.assign(paths);
    for (StoredTensor tensor : stored.tensors().values()) {
      String name = tensor.name();
      if (name.endsWith(SCALES)) {
        requirePartner(tensor, without(SCALES, name) + WEIGHT);
      } else if (name.endsWith(BIASES)) {
        requirePartner(tensor, without(BIASES, name) + SCALES);
      } else {
        names.add(name);
        if (name.endsWith(WEIGHT)) {
          String path = without(WEIGHT, name);
          addWeight(tensor, path, Optional.ofNullable(entries.get(path)), quantization);
        }
      }
    }
  }

  @Override
  public SequencedSet<String> names() {
    return Collections.unmodifiableSequencedSet(names);
  }

  @Override
  public Optional<WeightTensor> find(String name) {
    if (quantized.containsKey(name) || !names.contains(name)) {
      return Optional.ofNullable(quantized.get(name));
    }
    return Optional.of(stored.tensors().get(name).dense());
  }

  @Override
  public void close() {
    stored.close();
  }

  private void addWeight(
      StoredTensor weight,
      String path,
      Optional<Quantization.Entry> entry,
      Quantization quantization) {
    StoredTensor scales = stored.tensors().get(path + SCALES);
    Optional<Boolean> wanted = entry.flatMap(Quantization.Entry::quantized);
    if (scales != null) {
      if (!wanted.orElse(true)) {
        throw scales.wrong("is there, but " + quantization.source() + " says false for " + path);
      }
      StoredTensor biases = stored.tensors().get(path + BIASES);
      quantized.put(
          weight.name(),
          new AffineMatrix(weight, scales, biases, entry.orElse(quantization.common())).tensor());
    } else if (wanted.orElse(false)) {
      throw weight.wrong(
          "has no .scales, but " + quantization.source() + " says that it is quantized");
    } else if (weight.type() == AffineMatrix.WORDS) {
      throw weight.wrong("holds quantized words, but there is no \"" + path + SCALES + "\"");
    }
  }

  private void requirePartner(StoredTensor tensor, String partner) {
    if (!stored.tensors().containsKey(partner)) {
      throw tensor.wrong("belongs to quantized weights, but there is no \"" + partner + "\"");
    }
  }

  private static String without(String suffix, String name) {
    return name.substring(0, name.length() - suffix.length());
  }
}
