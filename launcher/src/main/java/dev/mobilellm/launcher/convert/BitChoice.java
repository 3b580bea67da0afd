package dev.mobilellm.launcher.convert;

import dev.mobilellm.launcher.report.Quantity;
import dev.mobilellm.launcher.report.Table;
import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.weights.DType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;

/**
 * Which matrices get the low width and which the high one: the high one where the sensitivity per
 * weight lies above a threshold, the lowest with which all together stay within a target. Per
 * weight, because what the high width costs grows with the matrix, too.
 *
 * @param choices by path, in the order of the files
 * @param bitsPerWeight what is reached, scales included
 */
record BitChoice(SequencedMap<String, Choice> choices, double bitsPerWeight) {

  /**
   * The choice for one matrix.
   *
   * @param bits the width
   * @param divergence the mean KL divergence of the model's output, in nats, when this matrix alone
   *     has the low width
   * @param size how many weights it has
   */
  record Choice(int bits, double divergence, long size) {}

  /** A matrix at both widths. */
  private record Candidate(ConversionPlan.Entry low, ConversionPlan.Entry high, double divergence) {

    double perWeight() {
      return divergence / low.source().size();
    }
  }

  /**
   * Fails if no choice meets a target.
   *
   * @param low all at the low width
   * @param high the same matrices at the high width
   * @throws UsageException if so
   */
  static void requireReachable(ConversionPlan low, ConversionPlan high, double target) {
    double least = bitsPerWeight(low.quantized());
    double most = bitsPerWeight(high.quantized());
    if (target < least || target > most) {
      throw new UsageException(
          "--target-bpw %s cannot be reached: with scales, the matrices have %s bits per weight at --low-bits and %s at --high-bits; give a target between, other bits, larger groups%s."
              .formatted(
                  Quantity.decimal(target, 2),
                  Quantity.decimal(least, 2),
                  Quantity.decimal(most, 2),
                  hasWideScales(low) ? ", or --dtype bf16 for smaller scales" : ""));
    }
  }

  /**
   * Chooses.
   *
   * @param low all at the low width
   * @param high the same matrices at the high width
   * @param divergences by path, of every matrix
   * @param target bits per weight, reachable
   */
  static BitChoice of(
      ConversionPlan low, ConversionPlan high, Map<String, Double> divergences, double target) {
    List<Candidate> candidates = new ArrayList<>();
    for (int i = 0; i < low.quantized().size(); i++) {
      ConversionPlan.Entry entry = low.quantized().get(i);
      candidates.add(new Candidate(entry, high.quantized().get(i), divergences.get(entry.path())));
    }
    long size = candidates.stream().mapToLong(c -> c.low.source().size()).sum();
    long bytes = candidates.stream().mapToLong(c -> c.low.byteSize()).sum();
    // Half a byte more, so that a target that is met exactly is not lost to rounding.
    double budget = target * size / Byte.SIZE + 0.5;
    List<Candidate> ranked = new ArrayList<>(candidates);
    ranked.sort(Comparator.comparingDouble(Candidate::perWeight).reversed());
    List<Candidate> raised = new ArrayList<>();
    for (Candidate candidate : ranked) {
      long more = candidate.high.byteSize() - candidate.low.byteSize();
      if (bytes + more > budget) {
        break;
      }
      bytes += more;
      raised.add(candidate);
    }
    SequencedMap<String, Choice> choices = new LinkedHashMap<>();
    for (Candidate candidate : candidates) {
      ConversionPlan.Entry entry = raised.contains(candidate) ? candidate.high : candidate.low;
      choices.put(
          entry.path(), new Choice(entry.bits(), candidate.divergence, entry.source().size()));
    }
    return new BitChoice(choices, (double) bytes * Byte.SIZE / size);
  }

  /** The width of a matrix. */
  int bits(String path) {
    return choices.get(path).bits;
  }

  /** A line for each matrix, and one for all. */
  List<String> lines() {
    Table table = new Table(1, 2, 3);
    table.row("matrix", "weights", "KL alone at low bits", "bits");
    choices.forEach(
        (path, choice) ->
            table.row(
                path,
                Quantity.count(choice.size),
                String.format(Locale.ROOT, "%.2e", choice.divergence),
                choice.bits));
    List<String> lines = new ArrayList<>(table.lines(""));
    long raised = choices.values().stream().filter(choice -> choice.bits == most()).count();
    lines.add(
        "%d of %d matrices at %d bits; together %s bits per weight."
            .formatted(raised, choices.size(), most(), Quantity.decimal(bitsPerWeight, 2)));
    return lines;
  }

  private int most() {
    return choices.values().stream().mapToInt(Choice::bits).max().orElseThrow();
  }

  private static double bitsPerWeight(List<ConversionPlan.Entry> entries) {
    long bytes = entries.stream().mapToLong(ConversionPlan.Entry::byteSize).sum();
    return (double) bytes * Byte.SIZE / entries.stream().mapToLong(e -> e.source().size()).sum();
  }

  private static boolean hasWideScales(ConversionPlan plan) {
    return plan.common().orElseThrow().scaleType() == DType.F32;
  }
}
