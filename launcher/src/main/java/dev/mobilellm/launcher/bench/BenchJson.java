package dev.mobilellm.launcher.bench;

import dev.mobilellm.runtime.bench.BenchReport;
import dev.mobilellm.runtime.bench.Measurement;
import dev.mobilellm.runtime.bench.OperationTime;
import dev.mobilellm.runtime.bench.Round;
import dev.mobilellm.runtime.bench.Spread;
import dev.mobilellm.spi.device.DeviceLimits;
import dev.mobilellm.spi.device.Traffic;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** The report for programs, as a tree. */
final class BenchJson {

  private final Findings findings;

  private BenchJson(Findings findings) {
    this.findings = findings;
  }

  static Map<String, Object> tree(Findings findings) {
    return new BenchJson(findings).tree();
  }

  private Map<String, Object> tree() {
    Subject subject = findings.subject();
    BenchReport report = findings.report();
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("model", subject.name());
    tree.put("random_weights", subject.makingSeconds().isPresent());
    tree.put("parameters", findings.parameters());
    tree.put("weight_bytes", findings.weightBytes());
    tree.put("encodings", findings.encodings());
    tree.put("device", device());
    tree.put("machine", machine());
    tree.put("limits", report.limits().map(BenchJson::limits));
    tree.put("making_seconds", subject.makingSeconds());
    tree.put("load_seconds", subject.loadSeconds());
    tree.put("first_token_seconds", report.firstTokenSeconds());
    tree.put("warm_up_seconds", report.warmUpSeconds());
    tree.put(
        "peak_memory_bytes",
        findings.peakMemory().isPresent() ? findings.peakMemory().getAsLong() : null);
    tree.put("measurements", report.measurements().stream().map(this::measurement).toList());
    tree.put("token_traffic", report.traffic().map(BenchJson::traffic));
    tree.put("operations", report.operations().stream().map(BenchJson::operation).toList());
    return tree;
  }

  private Map<String, Object> device() {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("id", findings.device().id());
    tree.put("description", findings.device().description());
    tree.put("threads", findings.threads());
    return tree;
  }

  private Map<String, Object> machine() {
    Machine machine = findings.machine();
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("cpu", machine.cpu());
    tree.put("cores", machine.cores());
    tree.put("os", machine.os());
    tree.put("java", machine.java());
    return tree;
  }

  private static Map<String, Object> limits(DeviceLimits limits) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("read_bytes_per_second", limits.readBytesPerSecond());
    tree.put("flops_per_second", limits.flopsPerSecond());
    return tree;
  }

  private Map<String, Object> measurement(Measurement measurement) {
    double bytes = measurement.bytesPerSecond().median();
    double flops = measurement.flopsPerSecond().median();
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("phase", measurement.phase().name().toLowerCase(Locale.ROOT));
    tree.put("depth", measurement.depth());
    tree.put("batch", measurement.batch());
    tree.put("tokens", measurement.tokens());
    tree.put("round_seconds", measurement.rounds().stream().map(Round::seconds).toList());
    tree.put(
        "round_limits",
        measurement.rounds().stream()
            .map(round -> round.limits().stream().map(BenchJson::limits).toList())
            .toList());
    tree.put("tokens_per_second", spread(measurement.tokensPerSecond()));
    tree.put("weight_bytes_per_token", measurement.weightBytesPerToken());
    tree.put("weight_bytes_per_round", measurement.work().weightBytes());
    tree.put("cache_bytes_per_round", measurement.work().cacheBytes());
    tree.put("flops_per_round", measurement.work().flops());
    tree.put("bytes_per_second", bytes);
    tree.put("share_of_read", measurement.shareOfRead());
    tree.put("flops_per_second", flops);
    tree.put("share_of_peak", measurement.shareOfPeak());
    return tree;
  }

  private static Map<String, Object> spread(Spread spread) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("median", spread.median());
    tree.put("min", spread.min());
    tree.put("max", spread.max());
    return tree;
  }

  private static Map<String, Object> traffic(Traffic traffic) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("launches", traffic.launches());
    tree.put("writes", traffic.writes());
    tree.put("written_bytes", traffic.writtenBytes());
    tree.put("reads", traffic.reads());
    tree.put("read_bytes", traffic.readBytes());
    tree.put("waits", traffic.waits());
    return tree;
  }

  private static Map<String, Object> operation(OperationTime time) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("operation", time.operation());
    tree.put("weights", time.weights());
    tree.put("kernel", time.kernel());
    tree.put("count", time.count());
    tree.put("prefill_nanos", time.prefillNanos());
    tree.put("decode_nanos", time.decodeNanos());
    return tree;
  }
}
