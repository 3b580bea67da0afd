package dev.mobilellm.testkit;

import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.model.LayerView;
import dev.mobilellm.spi.model.ModelConfig;
import dev.mobilellm.spi.model.Settings;
import dev.mobilellm.spi.weights.DType;
import dev.mobilellm.spi.weights.Dense;
import dev.mobilellm.spi.weights.WeightTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.Set;
import java.util.function.Consumer;

/**
 * One layer made up by a test of a block plugin: settings as in config.json, float32 tensors with
 * one value throughout, and a record of what the block took and warned about.
 */
public final class SampleLayer implements LayerView {

  private final int index;
  private final ModelConfig config;
  private final SequencedMap<String, WeightTensor> tensors = new LinkedHashMap<>();
  private final SequencedSet<String> taken = new LinkedHashSet<>();
  private final List<String> warned = new ArrayList<>();

  /** A layer without tensors. */
  public SampleLayer(int index, Map<String, Object> config) {
    this.index = index;
    this.config = new ModelConfig(new Settings("config.json", config));
  }

  /** Adds a tensor, a vector if it has one row, filled with a value. */
  public SampleLayer with(String name, int rows, int columns, float value) {
    MemorySegment data =
        Arena.ofAuto().allocate(ValueLayout.JAVA_FLOAT, Math.multiplyExact((long) rows, columns));
    for (long i = 0; i < (long) rows * columns; i++) {
      data.setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
    }
    tensors.put(name, new WeightTensor(name, rows, columns, new Dense(DType.F32), List.of(data)));
    return this;
  }

  /** What was taken, in order. */
  public Set<String> taken() {
    return Set.copyOf(taken);
  }

  /** What was warned about. */
  public List<String> warned() {
    return List.copyOf(warned);
  }

  @Override
  public int index() {
    return index;
  }

  @Override
  public ModelConfig config() {
    return config;
  }

  @Override
  public SequencedSet<String> names() {
    return tensors.sequencedKeySet();
  }

  @Override
  public WeightTensor look(String name) {
    WeightTensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new ModelException("The tensor " + name + " is missing.");
    }
    return tensor;
  }

  @Override
  public WeightTensor matrix(String name, int rows, int columns) {
    WeightTensor tensor = look(name);
    if (tensor.rows() != rows || tensor.columns() != columns) {
      throw new ModelException(
          "The tensor %s is %d x %d where %d x %d is wanted."
              .formatted(name, tensor.rows(), tensor.columns(), rows, columns));
    }
    if (!taken.add(name)) {
      throw new ModelException("The tensor " + name + " is taken twice.");
    }
    return tensor;
  }

  @Override
  public WeightTensor vector(String name, int size) {
    return matrix(name, 1, size);
  }

  @Override
  public Consumer<String> warnings() {
    return warned::add;
  }
}
