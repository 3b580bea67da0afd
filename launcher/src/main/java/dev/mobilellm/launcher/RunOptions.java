package dev.mobilellm.launcher;

import dev.mobilellm.runtime.LoadOptions;
import dev.mobilellm.runtime.WeightType;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** Also in which precision a model runs: for commands that run it and write no other. */
public final class RunOptions extends ModelOptions {

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      description =
          "How matrices are held in memory: auto (as stored), f32, bf16, q8 or q4 (quantized while"
              + " loading). Default: auto.")
  private String weightType = WeightType.AUTO.label();

  @Option(
      names = "--exact",
      description =
          "Keep activations in floats where a device would round them for speed, as with 4-bit"
              + " weights on the CPU.")
  private boolean exact;

  @Override
  public LoadOptions loadOptions() {
    LoadOptions options = super.loadOptions();
    Map<String, String> properties = new LinkedHashMap<>(options.deviceProperties());
    if (exact) {
      properties.put("exact", "true");
    }
    return options.withDeviceProperties(properties).withWeightType(WeightType.named(weightType));
  }
}
