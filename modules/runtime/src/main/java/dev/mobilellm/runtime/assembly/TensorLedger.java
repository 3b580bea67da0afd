package dev.mobilellm.runtime.assembly;

import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.weights.WeightEncoding;
import dev.mobilellm.spi.weights.WeightSource;
import dev.mobilellm.spi.weights.WeightTensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SequencedSet;

/**
 * Hands out each tensor of a checkpoint once, and knows in the end which were asked for and which
 * were left. Strict: a missing or misshapen tensor is an error. Lenient, for inspection: it is
 * noted, and a tensor without memory stands in for it, so that everything else is seen, too.
 */
public final class TensorLedger {

  /** What became of a tensor that was asked for. */
  public enum Status {
    /** It is there and as it should be. */
    FINE,
    /** It is there, but nothing computes with it. */
    IGNORED,
    MISSING,
    MISSHAPEN,
    /** It is stored in a way that cannot be read. */
    UNREADABLE
  }

  /**
   * A tensor that was asked for.
   *
   * @param name as the checkpoint spells it
   * @param rows as the model wants it, 0 if it could not tell
   * @param columns as the model wants it, 0 if it could not tell
   * @param stored what the checkpoint holds, if it can be read
   * @param problem a sentence; empty if there is none
   */
  public record Entry(
      String name,
      int rows,
      int columns,
      Optional<WeightTensor> stored,
      Status status,
      String problem) {

    public boolean isFine() {
      return problem.isEmpty();
    }
  }

  /** A tensor, or why it cannot be read; neither if there is none. */
  private record Lookup(Optional<WeightTensor> tensor, String problem) {}

  private final WeightSource source;
  private final boolean strict;
  private final SequencedMap<String, String> storedNames = new LinkedHashMap<>();
  private final SequencedMap<String, Entry> asked = new LinkedHashMap<>();
  private final String prefix;

  /**
   * @throws ModelException if two names of the source mean the same tensor
   */
  public TensorLedger(WeightSource source, boolean strict) {
    this.source = source;
    this.strict = strict;
    for (String stored : source.names()) {
      String earlier = storedNames.putIfAbsent(TensorNames.canonical(stored), stored);
      if (earlier != null) {
        throw new ModelException(
            "The tensors %s and %s are two spellings of the same one; only one may be there."
                .formatted(earlier, stored));
      }
    }
    prefix = prefix();
  }

  /** All canonical names, in the order of the files. */
  SequencedSet<String> names() {
    return storedNames.sequencedKeySet();
  }

  boolean has(String name) {
    return storedNames.containsKey(name);
  }

  /**
   * The tensor, not taken.
   *
   * @throws ModelException if it is missing or unreadable, in lenient mode, too: its shape is not
   *     known
   */
  WeightTensor look(String name) {
    Lookup lookup = find(name);
    return lookup.tensor.orElseThrow(
        () -> {
          Entry entry =
              lookup.problem.isEmpty()
                  ? missing(name, 0, 0, stored(name) + " is missing.")
                  : unreadable(name, 0, 0, lookup);
          note(name, entry);
          return new ModelException(entry.problem);
        });
  }

  /** Takes a tensor of the wanted shape. */
  WeightTensor take(String name, int rows, int columns) {
    if (asked.containsKey(name) && asked.get(name).stored().isPresent()) {
      throw new ModelException("%s is used by two blocks of the model.".formatted(name));
    }
    Entry entry = entry(name, rows, columns);
    note(name, entry);
    return entry.isFine() ? entry.stored.orElseThrow() : absent(name, rows, columns);
  }

  /** Counts a tensor as seen although nothing uses it. */
  void ignore(String name) {
    find(name)
        .tensor
        .ifPresent(
            t -> {
              Optional<WeightTensor> stored = Optional.of(t);
              note(name, new Entry(t.name(), t.rows(), t.columns(), stored, Status.IGNORED, ""));
            });
  }

  /** What was taken, looked for in vain, or ignored, in that order. */
  public List<Entry> asked() {
    return List.copyOf(asked.values());
  }

  /** The stored names of tensors that nothing asked for. */
  public List<String> unexpected() {
    List<String> left = new ArrayList<>();
    storedNames.forEach(
        (name, stored) -> {
          if (!asked.containsKey(name)) {
            left.add(stored);
          }
        });
    return left;
  }

  /** How the checkpoint spells a canonical name, or would, if it lacks the tensor. */
  public String stored(String name) {
    return storedNames.getOrDefault(name, prefix + name);
  }

  /** What the checkpoint puts in front of canonical names: {@code model.}, often. */
  private String prefix() {
    for (Map.Entry<String, String> spelling : storedNames.entrySet()) {
      String canonical = spelling.getKey();
      String stored = spelling.getValue();
      if (canonical.startsWith("layers.") && stored.endsWith(canonical)) {
        return stored.substring(0, stored.length() - canonical.length());
      }
    }
    return "";
  }

  private Lookup find(String name) {
    try {
      return new Lookup(Optional.ofNullable(storedNames.get(name)).flatMap(source::find), "");
    } catch (ModelException e) {
      if (strict) {
        throw e;
      }
      return new Lookup(Optional.empty(), e.getMessage());
    }
  }

  private void note(String name, Entry entry) {
    if (strict && !entry.isFine()) {
      throw new ModelException("The checkpoint's tensor " + entry.problem);
    }
    asked.put(name, entry);
  }

  private Entry entry(String name, int rows, int columns) {
    Lookup lookup = find(name);
    if (!lookup.problem.isEmpty()) {
      return unreadable(name, rows, columns, lookup);
    }
    if (lookup.tensor.isEmpty()) {
      String problem =
          "%s is missing; it should be %s.".formatted(stored(name), shape(rows, columns));
      return missing(name, rows, columns, problem);
    }
    WeightTensor tensor = lookup.tensor.get();
    boolean fits = tensor.rows() == rows && tensor.columns() == columns;
    String problem =
        "%s is %s where config.json makes it %s."
            .formatted(tensor.name(), shape(tensor.rows(), tensor.columns()), shape(rows, columns));
    return new Entry(
        tensor.name(),
        rows,
        columns,
        lookup.tensor,
        fits ? Status.FINE : Status.MISSHAPEN,
        fits ? "" : problem);
  }

  private Entry missing(String name, int rows, int columns, String problem) {
    return new Entry(stored(name), rows, columns, Optional.empty(), Status.MISSING, problem);
  }

  private Entry unreadable(String name, int rows, int columns, Lookup lookup) {
    return new Entry(
        stored(name), rows, columns, Optional.empty(), Status.UNREADABLE, lookup.problem);
  }

  /** A vector's shape without its one row. */
  static String shape(int rows, int columns) {
    return rows == 1 ? "[" + columns + "]" : "[" + rows + ", " + columns + "]";
  }

  private static WeightTensor absent(String name, int rows, int columns) {
    return new WeightTensor(name, rows, columns, Absent.INSTANCE, List.of());
  }

  /** The encoding of a tensor that is not there. */
  private enum Absent implements WeightEncoding {
    INSTANCE;

    @Override
    public List<Long> partSizes(int rows, int columns) {
      return List.of();
    }

    @Override
    public void decodeRow(WeightTensor tensor, int row, MemorySegment target) {
      throw new IllegalStateException(tensor.name() + " is not there");
    }
  }
}
