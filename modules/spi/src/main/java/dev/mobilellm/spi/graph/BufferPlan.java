package dev.mobilellm.spi.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which buffer each value of a program lives in. A buffer is used again as soon as the last reader
 * of its value has run, so that a model of any depth needs the buffers of about one layer.
 *
 * <p>An operation's outputs never share a buffer with its inputs: kernels may read and write in any
 * order. Values that are {@link Primitive.Same} share one.
 */
public final class BufferPlan {

  /** One buffer: columns, and what its rows stand for. */
  public record Slot(int width, Value.Rows rows) {}

  private final List<Slot> slots = new ArrayList<>();
  private final int[] slotOf;

  private BufferPlan(int values) {
    slotOf = new int[values];
    Arrays.fill(slotOf, -1);
  }

  /** Plans the buffers of a program, as it is: composites are not lowered. */
  public static BufferPlan of(Program program) {
    BufferPlan plan = new BufferPlan(program.valueCount());
    int[] root = roots(program);
    int[] lastUse = new int[program.valueCount()];
    for (int i = 0; i < program.ops().size(); i++) {
      Op op = program.ops().get(i);
      for (Value input : op.inputs()) {
        lastUse[root[input.id()]] = i;
      }
      for (Value output : op.outputs()) {
        lastUse[root[output.id()]] = i;
      }
    }
    lastUse[root[program.logits().id()]] = Integer.MAX_VALUE;

    Map<Slot, Deque<Integer>> free = new HashMap<>();
    for (int i = 0; i < program.ops().size(); i++) {
      Op op = program.ops().get(i);
      for (Value output : op.outputs()) {
        int r = root[output.id()];
        if (plan.slotOf[r] < 0) {
          plan.slotOf[r] = plan.take(new Slot(output.width(), output.rows()), free);
        }
        plan.slotOf[output.id()] = plan.slotOf[r];
      }
      for (Value value : concat(op.inputs(), op.outputs())) {
        int r = root[value.id()];
        if (lastUse[r] == i) {
          lastUse[r] = -1;
          int slot = plan.slotOf[r];
          free.computeIfAbsent(plan.slots.get(slot), key -> new ArrayDeque<>()).push(slot);
        }
      }
    }
    return plan;
  }

  /** All buffers. */
  public List<Slot> slots() {
    return List.copyOf(slots);
  }

  /** The index of the buffer that a value lives in. */
  public int slot(Value value) {
    return slotOf[value.id()];
  }

  private int take(Slot wanted, Map<Slot, Deque<Integer>> free) {
    Deque<Integer> candidates = free.get(wanted);
    if (candidates != null && !candidates.isEmpty()) {
      return candidates.pop();
    }
    slots.add(wanted);
    return slots.size() - 1;
  }

  private static int[] roots(Program program) {
    int[] root = new int[program.valueCount()];
    Arrays.setAll(root, i -> i);
    for (Op op : program.ops()) {
      if (op instanceof Primitive.Same same) {
        root[same.output().id()] = root[same.input().id()];
      }
    }
    return root;
  }

  private static List<Value> concat(List<Value> first, List<Value> second) {
    List<Value> all = new ArrayList<>(first);
    all.addAll(second);
    return all;
  }
}
