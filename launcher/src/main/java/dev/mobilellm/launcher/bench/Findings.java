package dev.mobilellm.launcher.bench;

import dev.mobilellm.runtime.LanguageModel;
import dev.mobilellm.runtime.bench.BenchPlan;
import dev.mobilellm.runtime.bench.BenchReport;
import dev.mobilellm.spi.device.DeviceInfo;
import dev.mobilellm.spi.weights.WeightTensor;
import java.util.List;
import java.util.OptionalLong;

/**
 * All that is reported, for people, for programs, or as a picture.
 *
 * @param threads that were asked for, or as many as there are cores
 * @param parameters of the model
 * @param weightBytes of the model
 * @param encodings of its weights
 * @param peakMemory bytes, if the system tells
 */
record Findings(
    Subject subject,
    DeviceInfo device,
    int threads,
    Machine machine,
    long parameters,
    long weightBytes,
    List<String> encodings,
    OptionalLong peakMemory,
    BenchPlan plan,
    BenchReport report) {

  Findings(
      Subject subject,
      LanguageModel model,
      int threads,
      Machine machine,
      BenchPlan plan,
      BenchReport report) {
    this(subject, model, weights(model), threads, machine, plan, report);
  }

  private Findings(
      Subject subject,
      LanguageModel model,
      List<WeightTensor> weights,
      int threads,
      Machine machine,
      BenchPlan plan,
      BenchReport report) {
    this(
        subject,
        model.device().info(),
        threads,
        machine,
        weights.stream().mapToLong(WeightTensor::size).sum(),
        weights.stream().mapToLong(WeightTensor::byteSize).sum(),
        weights.stream().map(weight -> weight.encoding().name()).distinct().sorted().toList(),
        Machine.peakMemory(),
        plan,
        report);
  }

  private static List<WeightTensor> weights(LanguageModel model) {
    return model.program().ops().stream().flatMap(op -> op.weights().stream()).distinct().toList();
  }
}
