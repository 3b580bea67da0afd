package dev.mobilellm.runtime.bench;

import dev.mobilellm.runtime.bench.Measurement.Phase;
import dev.mobilellm.spi.device.Batch;
import dev.mobilellm.spi.device.CompiledProgram;
import dev.mobilellm.spi.device.CompiledProgram.BoundOp;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Sums the times of a program's operations over layers and passes. */
final class OperationTimes {

  /** Passes of one token: enough that a pause of the machine does not show. */
  static final int STEPS = 16;

  private record Key(String operation, String weights, String kernel) {}

  private final CompiledProgram program;
  private final long[] prefill;
  private final long[] decode;
  private boolean told;

  OperationTimes(CompiledProgram program) {
    this.program = program;
    prefill = new long[program.explain().size()];
    decode = new long[program.explain().size()];
  }

  /** Runs a pass, if the device can tell the times of its operations. */
  void add(Phase phase, Batch batch) {
    Optional<long[]> nanos = program.profile(batch);
    if (nanos.isPresent()) {
      told = true;
      long[] sums = phase == Phase.PREFILL ? prefill : decode;
      for (int i = 0; i < sums.length; i++) {
        sums[i] += nanos.get()[i];
      }
    }
  }

  /** Empty if the device cannot tell. */
  List<OperationTime> longestFirst() {
    if (!told) {
      return List.of();
    }
    Map<Key, OperationTime> times = new LinkedHashMap<>();
    List<BoundOp> ops = program.explain();
    for (int i = 0; i < ops.size(); i++) {
      BoundOp op = ops.get(i);
      String weights = roles(op.weights());
      OperationTime time =
          new OperationTime(op.op(), weights, op.kernel(), 1, prefill[i], decode[i]);
      times.merge(new Key(op.op(), weights, op.kernel()), time, OperationTime::plus);
    }
    List<OperationTime> sorted = new ArrayList<>(times.values());
    sorted.sort(
        Comparator.comparingLong(OperationTime::decodeNanos)
            .thenComparingLong(OperationTime::prefillNanos)
            .reversed());
    return sorted;
  }

  /** {@code model.layers.3.self_attn.q_proj.weight} is {@code q_proj}; norms beside others go. */
  private static String roles(List<String> names) {
    List<String> roles =
        names.stream()
            .map(name -> name.replaceFirst("\\.weight$", ""))
            .map(name -> name.substring(name.lastIndexOf('.') + 1))
            .distinct()
            .toList();
    List<String> others = roles.stream().filter(role -> !role.endsWith("norm")).toList();
    return (others.isEmpty() ? roles : others).stream().collect(Collectors.joining(", "));
  }
}
