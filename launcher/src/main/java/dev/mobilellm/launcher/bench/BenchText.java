package dev.mobilellm.launcher.bench;

import dev.mobilellm.launcher.report.Quantity;
import dev.mobilellm.launcher.report.Table;
import dev.mobilellm.runtime.bench.BenchReport;
import dev.mobilellm.runtime.bench.Measurement;
import dev.mobilellm.runtime.bench.OperationTime;
import dev.mobilellm.runtime.bench.Spread;
import dev.mobilellm.spi.device.Traffic;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** The report for people. */
final class BenchText {

  private final Findings findings;
  private final BenchReport report;

  private BenchText(Findings findings) {
    this.findings = findings;
    this.report = findings.report();
  }

  static List<String> lines(Findings findings) {
    BenchText text = new BenchText(findings);
    List<String> lines = new ArrayList<>(text.head().lines(""));
    lines.add("");
    lines.addAll(text.measurements().lines(""));
    lines.addAll(text.comparisons());
    if (!findings.report().operations().isEmpty()) {
      lines.add("");
      lines.addAll(text.operations().lines(""));
    }
    text.report.traffic().ifPresent(token -> lines.addAll(List.of("", traffic(token))));
    return lines;
  }

  /** {@code decode 128}, as rows and legends call a measurement. */
  static String title(Measurement measurement) {
    return measurement.phase().name().toLowerCase(Locale.ROOT) + " " + measurement.tokens();
  }

  private Table head() {
    Subject subject = findings.subject();
    Machine machine = findings.machine();
    return new Table()
        .row("model", subject.name())
        .row(
            "weights",
            "%s parameters, %s (%s)%s"
                .formatted(
                    Quantity.count(findings.parameters()),
                    Quantity.bytes(findings.weightBytes()),
                    String.join(", ", findings.encodings()),
                    subject.makingSeconds().map(s -> ", random, made in " + seconds(s)).orElse("")))
        .row(
            "device",
            "%s (%s), threads: %d"
                .formatted(
                    findings.device().id(), findings.device().description(), findings.threads()))
        .row("machine", "%s; %s; Java %s".formatted(machine.cpu(), machine.os(), machine.java()))
        .row(
            "limits",
            report
                .limits()
                .map(
                    limits ->
                        "reads %s GB/s, float multiply-adds %s GFLOP/s"
                            .formatted(
                                Quantity.decimal(limits.readBytesPerSecond() / 1e9, 1),
                                Quantity.decimal(limits.flopsPerSecond() / 1e9, 0)))
                .orElse("unknown: the device cannot measure them"))
        .row("load", seconds(subject.loadSeconds()))
        .row(
            "first token",
            "%s, cold, behind a prompt of %d"
                .formatted(
                    seconds(report.firstTokenSeconds()), Math.max(1, findings.plan().prefill())))
        .row("warm-up", seconds(report.warmUpSeconds()) + ", not counted")
        .row(
            "memory",
            findings.peakMemory().isPresent()
                ? Quantity.bytes(findings.peakMemory().getAsLong()) + " at most"
                : "unknown: the system does not tell");
  }

  private Table measurements() {
    Table table = new Table(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    table.row(
        "",
        "depth",
        "batch",
        "tokens/s",
        "from",
        "to",
        "weights/token",
        "GB/s",
        "of reads",
        "GFLOP/s",
        "of peak");
    report.measurements().forEach(measurement -> add(table, measurement));
    return table;
  }

  private void add(Table table, Measurement measurement) {
    Spread rate = measurement.tokensPerSecond();
    double bytes = measurement.bytesPerSecond().median();
    double flops = measurement.flopsPerSecond().median();
    table.row(
        title(measurement),
        measurement.depth(),
        measurement.batch(),
        speed(rate.median()),
        speed(rate.min()),
        speed(rate.max()),
        Quantity.bytes(Math.round(measurement.weightBytesPerToken())),
        Quantity.decimal(bytes / 1e9, 1),
        percent(measurement.shareOfRead()),
        Quantity.decimal(flops / 1e9, 1),
        percent(measurement.shareOfPeak()));
  }

  /** Decode with several sequences against one, and behind long contexts against the shortest. */
  private List<String> comparisons() {
    List<Measurement> decodes =
        report.measurements().stream().filter(m -> m.phase() == Measurement.Phase.DECODE).toList();
    List<String> lines = new ArrayList<>();
    for (Measurement some : decodes) {
      find(decodes, some.depth(), findings.plan().batches().getFirst())
          .filter(one -> one.batch() < some.batch())
          .ifPresent(one -> lines.add(comparison(some, one)));
      find(decodes, findings.plan().depths().getFirst(), some.batch())
          .filter(early -> early.depth() < some.depth())
          .ifPresent(early -> lines.add(comparison(some, early)));
    }
    return lines.isEmpty() ? lines : Stream.concat(Stream.of(""), lines.stream()).toList();
  }

  private static Optional<Measurement> find(List<Measurement> all, int depth, int batch) {
    return all.stream().filter(m -> m.depth() == depth && m.batch() == batch).findFirst();
  }

  private static String comparison(Measurement some, Measurement other) {
    return "depth %d, batch %d decodes %s times the tokens of depth %d, batch %d"
        .formatted(
            some.depth(),
            some.batch(),
            Quantity.decimal(some.timesOf(other), 2),
            other.depth(),
            other.batch());
  }

  private Table operations() {
    List<OperationTime> times = report.operations();
    long prefill = times.stream().mapToLong(OperationTime::prefillNanos).sum();
    long decode = times.stream().mapToLong(OperationTime::decodeNanos).sum();
    Table table = new Table(3, 4, 5);
    table.row("operation", "weights", "kernel", "count", "prefill", "decode");
    for (OperationTime time : times) {
      table.row(
          time.operation(),
          time.weights(),
          time.kernel(),
          time.count(),
          Quantity.share(time.prefillNanos(), prefill),
          Quantity.share(time.decodeNanos(), decode));
    }
    return table;
  }

  private static String traffic(Traffic token) {
    return "A decoded token takes %d launches, sends %s to the device and reads %s from it."
        .formatted(
            token.launches(),
            Quantity.bytes(token.writtenBytes()),
            Quantity.bytes(token.readBytes()));
  }

  private static String percent(Optional<Double> share) {
    return share.map(value -> Quantity.decimal(100 * value, 1) + "%").orElse("-");
  }

  private static String speed(double tokensPerSecond) {
    return Quantity.decimal(tokensPerSecond, tokensPerSecond < 1000 ? 1 : 0);
  }

  private static String seconds(double seconds) {
    return Quantity.decimal(seconds, 2) + " s";
  }
}
