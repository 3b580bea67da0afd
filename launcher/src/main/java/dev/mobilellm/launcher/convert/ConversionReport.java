package dev.mobilellm.launcher.convert;

import dev.mobilellm.launcher.perplexity.Report;
import dev.mobilellm.launcher.report.Quantity;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What was written.
 *
 * @param out its directory
 * @param source directory of what was converted
 * @param plan what became of the tensors
 * @param choice of the widths, where they differ
 * @param seconds that it took
 */
record ConversionReport(
    Path out, Path source, ConversionPlan plan, Optional<BitChoice> choice, double seconds) {

  /** For people. */
  String line() {
    return "%s: %s, %s bits per weight; was %s, %s bits; %s s."
        .formatted(
            out,
            Quantity.bytes(plan.byteSize()),
            Quantity.decimal(bitsPerWeight(plan.byteSize()), 2),
            Quantity.bytes(plan.sourceByteSize()),
            Quantity.decimal(bitsPerWeight(plan.sourceByteSize()), 2),
            Quantity.decimal(seconds, 1));
  }

  /**
   * For programs.
   *
   * @param loss on a text, if it was measured
   */
  Map<String, Object> tree(Optional<Report> loss) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("out", out.toString());
    tree.put("source", source.toString());
    tree.put("weights", plan.size());
    tree.put("bytes", plan.byteSize());
    tree.put("bits_per_weight", bitsPerWeight(plan.byteSize()));
    tree.put("source_bytes", plan.sourceByteSize());
    tree.put("source_bits_per_weight", bitsPerWeight(plan.sourceByteSize()));
    tree.put("quantized", quantized());
    tree.put("kept_in_float", plan.indivisible());
    tree.put("left_out", plan.dropped());
    tree.put("seconds", seconds);
    tree.put("perplexity", loss.map(Report::tree));
    return tree;
  }

  private List<Object> quantized() {
    List<Object> matrices = new ArrayList<>();
    for (ConversionPlan.Entry entry : plan.quantized()) {
      Map<String, Object> tree = new LinkedHashMap<>();
      tree.put("path", entry.path());
      tree.put("weights", entry.source().size());
      tree.put("bits", entry.bits());
      choice.ifPresent(
          made -> tree.put("kl_divergence", made.choices().get(entry.path()).divergence()));
      matrices.add(tree);
    }
    return matrices;
  }

  private double bitsPerWeight(long bytes) {
    return (double) bytes * Byte.SIZE / plan.size();
  }
}
