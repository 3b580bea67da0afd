package dev.mobilellm.launcher;

import dev.mobilellm.runtime.LanguageModel;
import dev.mobilellm.runtime.LoadOptions;
import dev.mobilellm.runtime.WeightType;
import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.spi.UsageException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which model, on which device, with which plugins. A mixin for commands that load a model. */
public sealed class ModelOptions permits RunOptions {

  private static final String DEMO =
      "This is the demo model, 1.4 million parameters that know school arithmetic and nothing else;"
          + " --model-path DIR takes a MobileLLM-R1 checkpoint.";

  @Option(
      names = "--model-path",
      paramLabel = "DIR",
      description = "Checkpoint directory. Default: the demo model; for bench: random weights.")
  private Path directory;

  @Option(
      names = "--device",
      paramLabel = "NAME",
      description =
          "Compute device, see mobilellm devices: java, opencl, opencl:1. Default: auto, a GPU if"
              + " one is usable, else java.")
  private Optional<String> device = Optional.empty();

  @Option(
      names = "--context",
      paramLabel = "N",
      description =
          "The longest conversation in tokens, prompt and answer. Default: what the model was"
              + " trained for.")
  private Optional<Integer> context = Optional.empty();

  @Option(
      names = "--kv-cache",
      paramLabel = "TYPE",
      description =
          "How the device \"java\" keeps the keys and values of a conversation: f32, f16, bf16,"
              + " q16, q8 or auto. Default: auto, f32 for 512 tokens and q16 for the others.")
  private Optional<String> kvCache = Optional.empty();

  @Option(
      names = "--attention",
      paramLabel = "NAME",
      description = "Use this attention plugin instead of the one that matches.")
  private Optional<String> attention = Optional.empty();

  @Option(
      names = "--mlp",
      paramLabel = "NAME",
      description = "Use this MLP plugin instead of the one that matches.")
  private Optional<String> mlp = Optional.empty();

  @Mixin private DeviceFlags devices = new DeviceFlags();
  @Mixin private PluginOptions plugins = new PluginOptions();

  /** Looked for once, so that what is wrong with a plugin is told once. */
  private PluginRegistry registry;

  /** The checkpoint: the named one, else the demo model. */
  public Path directory() {
    return isDemo() ? Installation.current().demoModel() : directory;
  }

  /** Whether no checkpoint was named. */
  public boolean isDemo() {
    return directory == null;
  }

  /** As {@link PluginOptions#registry}. */
  public PluginRegistry registry(Console console) {
    if (registry == null) {
      registry = plugins.registry(console);
    }
    return registry;
  }

  /** As {@link PluginOptions#folders}. */
  public List<Path> pluginFolders() {
    return plugins.folders(Installation.current());
  }

  /**
   * The options for the runtime.
   *
   * @throws UsageException if a number is out of range or a profile unknown
   */
  public LoadOptions loadOptions() {
    Map<String, String> properties = devices.properties();
    kvCache.ifPresent(type -> properties.put("kv-cache", type));
    return new LoadOptions(
        device,
        attention,
        mlp,
        devices.threads(),
        atLeastOne("--context", context),
        LoadOptions.DEFAULT.maxBatchTokens(),
        properties,
        LoadOptions.DEFAULT.weightType());
  }

  /**
   * Loads the model. Progress is shown on a terminal, oddities are lines on stderr, and so is what
   * the demo model is.
   *
   * @throws dev.mobilellm.spi.ModelException if it cannot run
   * @throws dev.mobilellm.spi.device.DeviceException if the named device fails
   * @throws UsageException if an option names what is not there
   */
  public LanguageModel load(Console console) {
    LoadOptions options = loadOptions();
    registry(console);
    if (isDemo()) {
      console.note(DEMO);
    }
    return load(directory(), options, console);
  }

  /** Loads another checkpoint with the same options; else as {@link #load(Console)}. */
  public LanguageModel load(Path other, Console console) {
    return load(other, loadOptions(), console);
  }

  private LanguageModel load(Path checkpoint, LoadOptions options, Console console) {
    PluginRegistry found = registry(console);
    try (LoadingLine progress = new LoadingLine(console)) {
      LanguageModel model = LanguageModel.load(checkpoint, options, found, progress);
      adviseFaster(model, options, console);
      return model;
    }
  }

  /** For people only: programs have chosen. */
  private static void adviseFaster(LanguageModel model, LoadOptions options, Console console) {
    if (console.errIsTerminal()
        && options.weightType() == WeightType.AUTO
        && model.assembly().holdsFloat32()) {
      console.note(
          "The weights are float32: --dtype bf16 halves their memory and doubles the speed, --dtype"
              + " q8 and q4 go further.");
    }
  }

  static int atLeastOne(String flag, Optional<Integer> value) {
    if (value.isPresent() && value.get() < 1) {
      throw new UsageException("%s must be at least 1, found %d.".formatted(flag, value.get()));
    }
    return value.orElse(0);
  }
}
