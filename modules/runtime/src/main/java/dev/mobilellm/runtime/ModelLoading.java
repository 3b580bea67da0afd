package dev.mobilellm.runtime;

import dev.mobilellm.runtime.assembly.ModelAssembly;
import dev.mobilellm.runtime.assembly.TensorLedger;
import dev.mobilellm.runtime.device.DeviceChoice;
import dev.mobilellm.runtime.device.DeviceSearch;
import dev.mobilellm.runtime.device.FailoverProgram;
import dev.mobilellm.runtime.device.PlacedProgram;
import dev.mobilellm.runtime.generation.EosTokens;
import dev.mobilellm.runtime.generation.ForwardPass;
import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.runtime.plugins.Selector;
import dev.mobilellm.runtime.plugins.Service;
import dev.mobilellm.runtime.scheduling.CacheCost;
import dev.mobilellm.spi.device.CacheMemory;
import dev.mobilellm.spi.device.DeviceOptions;
import dev.mobilellm.spi.device.LoadProgress;
import dev.mobilellm.spi.graph.Program;
import dev.mobilellm.spi.model.ModelConfig;
import dev.mobilellm.spi.model.ModelFiles;
import dev.mobilellm.spi.weights.WeightSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/** Loads one model. If that fails, what was opened on the way is closed. */
final class ModelLoading {

  /** Devices take memory for many positions at once. */
  private static final int CACHE_BLOCK = 256;

  private final ModelFiles files;
  private final LoadOptions options;
  private final PluginRegistry registry;
  private final LoadListener listener;
  private final OpenResources resources = new OpenResources();
  private final Set<String> warnings = new LinkedHashSet<>();

  ModelLoading(
      ModelFiles files, LoadOptions options, PluginRegistry registry, LoadListener listener) {
    this.files = files;
    this.options = options;
    this.registry = registry;
    this.listener = listener;
  }

  /**
   * Loads it, once.
   *
   * @param weights opens them, or hands over what is open already
   */
  LoadedParts load(Function<Selector, WeightSource> weights) {
    try {
      return parts(weights);
    } catch (RuntimeException | Error e) {
      resources.close();
      throw e;
    }
  }

  /** Opens the weights of a checkpoint with the plugin that fits them. */
  static WeightSource weights(ModelFiles files, Selector selector) {
    return selector
        .require(
            Service.WEIGHTS,
            Optional.empty(),
            provider -> provider.matches(files),
            files.directory().toString())
        .chosen()
        .orElseThrow()
        .plugin()
        .open(files);
  }

  private LoadedParts parts(Function<Selector, WeightSource> weights) {
    ModelConfig config = files.config();
    ModelAssembly.requireSupported(config);
    Selector selector = new Selector(registry);
    TextPlugins.Opening text = resources.own(TextPlugins.start(files, selector));
    WeightSource source = resources.own(options.weightType().of(weights.apply(selector)));
    ModelAssembly assembly = assemble(config, source, selector);
    int contextLength = contextLength(config);
    int maxBatchTokens = Math.min(options.maxBatchTokens(), contextLength);
    Set<Integer> eosTokens = EosTokens.of(files, this::warn);
    FailoverProgram program = resources.own(place(assembly.program(), maxBatchTokens));
    return new LoadedParts(
        files,
        registry,
        assembly,
        program,
        new ForwardPass(program),
        cacheCost(program, assembly.program(), maxBatchTokens),
        text.await(),
        eosTokens,
        List.copyOf(warnings),
        contextLength,
        maxBatchTokens,
        resources);
  }

  private ModelAssembly assemble(ModelConfig config, WeightSource source, Selector selector) {
    TensorLedger ledger = new TensorLedger(source, true);
    ModelAssembly assembly =
        ModelAssembly.assemble(
            config,
            ledger,
            selector,
            options.forced(),
            new ModelAssembly.Remarks(
                this::warn,
                problem -> {
                  throw problem;
                }));
    ModelAssembly.requireNoneLeft(ledger);
    return assembly;
  }

  private int contextLength(ModelConfig config) {
    int trained = config.maxPositionEmbeddings();
    if (options.context() > trained) {
      warn(
          "A context of %d is longer than the %d positions that the model was trained for."
              .formatted(options.context(), trained));
    }
    return options.context() > 0 ? options.context() : trained;
  }

  /** On the device that was named or is the best; the last resort waits for that one to fail. */
  private FailoverProgram place(Program program, int maxBatchTokens) {
    DeviceOptions deviceOptions = options.deviceOptions(maxBatchTokens, registry);
    DeviceSearch search = new DeviceSearch(registry, deviceOptions, listener::fallback);
    PlacedProgram first =
        search.first(
            options.device(),
            device -> PlacedProgram.open(device, deviceOptions, program, listener));
    Optional<DeviceChoice> lastResort =
        DeviceSearch.isLastResort(first.choice()) ? Optional.empty() : search.lastResort();
    Optional<Supplier<PlacedProgram>> other =
        lastResort.map(
            device ->
                () ->
                    PlacedProgram.open(
                        device.because(first.id() + " failed"),
                        deviceOptions,
                        program,
                        LoadProgress.NONE));
    return new FailoverProgram(first, other, maxBatchTokens, listener::fallback);
  }

  /** As the device tells it; else as if it took memory in blocks. */
  private CacheCost cacheCost(FailoverProgram placed, Program program, int maxBatchTokens) {
    DeviceChoice device = placed.placement().choice();
    DeviceOptions deviceOptions = options.deviceOptions(maxBatchTokens, registry);
    long perPosition = placed.cacheBytesPerPosition();
    return positions ->
        device
            .provider()
            .plugin()
            .cacheMemory(device.info(), deviceOptions, program.caches(), positions)
            .map(CacheMemory::bytes)
            .orElseGet(() -> perPosition * Math.ceilDiv(positions, CACHE_BLOCK) * CACHE_BLOCK);
  }

  private void warn(String message) {
    if (warnings.add(message)) {
      listener.warning(message);
    }
  }
}
