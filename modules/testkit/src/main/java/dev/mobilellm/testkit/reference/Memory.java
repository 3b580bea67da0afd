package dev.mobilellm.testkit.reference;

import java.util.ArrayList;
import java.util.List;

/** The keys and values of every position of one sequence, for one attention operation. */
final class Memory {

  private final List<double[]> keys = new ArrayList<>();
  private final List<double[]> values = new ArrayList<>();

  /** Stores a position and forgets the later ones, which a truncated continuation left behind. */
  void put(int position, double[] key, double[] value) {
    keys.subList(position, keys.size()).clear();
    values.subList(position, values.size()).clear();
    keys.add(key);
    values.add(value);
  }

  double[] key(int position) {
    return keys.get(position);
  }

  double[] value(int position) {
    return values.get(position);
  }

  /** The same up to a position. */
  Memory copy(int position) {
    Memory copy = new Memory();
    copy.keys.addAll(keys.subList(0, position));
    copy.values.addAll(values.subList(0, position));
    return copy;
  }

  void clear() {
    keys.clear();
    values.clear();
  }
}
