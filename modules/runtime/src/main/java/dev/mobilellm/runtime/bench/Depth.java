package dev.mobilellm.runtime.bench;

import dev.mobilellm.runtime.bench.Measurement.Phase;
import dev.mobilellm.spi.device.Sequence;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Sequences that hold equally many tokens, and what was measured with them. */
final class Depth {

  private final int tokens;
  private final List<Sequence> sequences;
  private final List<Round> prefills = new ArrayList<>();
  private final Map<Integer, List<Round>> decodes = new TreeMap<>();

  /**
   * @param tokens that each sequence holds between two rounds
   */
  Depth(int tokens, List<Sequence> sequences) {
    this.tokens = tokens;
    this.sequences = List.copyOf(sequences);
  }

  int tokens() {
    return tokens;
  }

  Sequence first() {
    return sequences.getFirst();
  }

  List<Sequence> first(int batch) {
    return sequences.subList(0, batch);
  }

  /** Forgets what a round appended. */
  void cutBack() {
    sequences.forEach(sequence -> sequence.truncate(tokens));
  }

  void addPrefill(Round round) {
    prefills.add(round);
  }

  void addDecode(int batch, Round round) {
    decodes.computeIfAbsent(batch, b -> new ArrayList<>()).add(round);
  }

  /** Prefill, then decode by batch; what was not measured is missing. */
  List<Measurement> measurements(BenchPlan plan, ModelWork work) {
    List<Measurement> measurements = new ArrayList<>();
    if (!prefills.isEmpty()) {
      measurements.add(
          new Measurement(
              Phase.PREFILL,
              tokens,
              1,
              plan.prefill(),
              prefills,
              work.prompt(plan.prefill(), tokens)));
    }
    decodes.forEach(
        (batch, rounds) ->
            measurements.add(
                new Measurement(
                    Phase.DECODE,
                    tokens,
                    batch,
                    plan.decode(),
                    rounds,
                    work.steps(batch, plan.decode(), tokens))));
    return measurements;
  }
}
