package dev.mobilellm.kernels.opencl.kernels;

import dev.mobilellm.kernels.opencl.driver.Context;
import dev.mobilellm.kernels.opencl.driver.DeviceBuffer;
import dev.mobilellm.kernels.opencl.driver.Kernel;
import dev.mobilellm.kernels.opencl.driver.Source;
import dev.mobilellm.kernels.opencl.pass.CachePool;
import dev.mobilellm.kernels.opencl.pass.PositionTables;
import dev.mobilellm.kernels.opencl.weights.WeightStore;
import dev.mobilellm.spi.graph.BufferPlan;
import dev.mobilellm.spi.graph.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the steps of one program share: its memory on the device. */
public final class Resources implements AutoCloseable {

  private final Context context;
  private final WeightStore weights;
  private final CachePool pool;
  private final PositionTables tables;
  private final BufferPlan plan;
  private final int maxTokens;
  private final List<DeviceBuffer> slots = new ArrayList<>();
  private final Map<String, DeviceBuffer> scratch = new HashMap<>();

  /**
   * Allocates the buffers of all values.
   *
   * @param maxTokens rows of a pass
   * @param maxWanted wanted rows that are worked on at once
   */
  public Resources(
      Context context,
      WeightStore weights,
      CachePool pool,
      PositionTables tables,
      BufferPlan plan,
      int maxTokens,
      int maxWanted) {
    this.context = context;
    this.weights = weights;
    this.pool = pool;
    this.tables = tables;
    this.plan = plan;
    this.maxTokens = maxTokens;
    try {
      for (BufferPlan.Slot slot : plan.slots()) {
        slots.add(context.allocate(byteSize(slot, maxTokens, maxWanted), "activations"));
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Bytes of the buffer of some values. */
  public static long byteSize(BufferPlan.Slot slot, int maxTokens, int maxWanted) {
    int rows = slot.rows() == Value.Rows.TOKENS ? maxTokens : maxWanted;
    return 4L * rows * slot.width();
  }

  public Context context() {
    return context;
  }

  public WeightStore weights() {
    return weights;
  }

  CachePool pool() {
    return pool;
  }

  PositionTables tables() {
    return tables;
  }

  /** Where a value lives. Values may share a buffer when their lifetimes do not meet. */
  public DeviceBuffer buffer(Value value) {
    return slots.get(plan.slot(value));
  }

  /** The most rows of a pass. */
  int maxTokens() {
    return maxTokens;
  }

  /**
   * Memory whose contents do not outlive one step; steps that ask for the same purpose share it.
   *
   * @param floats at least so many, the same for all who ask
   */
  DeviceBuffer scratch(String purpose, long floats) {
    return scratch.computeIfAbsent(
        purpose + " " + floats, key -> context.allocate(4 * floats, "activations"));
  }

  /** A kernel of this module's sources. */
  Kernel kernel(String entry, Map<String, Integer> definitions, String... pieces) {
    return context.kernel(Source.of(definitions, List.of(pieces)), entry);
  }

  @Override
  public void close() {
    slots.forEach(DeviceBuffer::close);
    scratch.values().forEach(DeviceBuffer::close);
  }
}
