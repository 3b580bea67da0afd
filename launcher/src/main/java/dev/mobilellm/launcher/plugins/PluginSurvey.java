package dev.mobilellm.launcher.plugins;

import dev.mobilellm.launcher.plugins.PluginReport.PluginVerdicts;
import dev.mobilellm.launcher.plugins.PluginReport.ServicePlugins;
import dev.mobilellm.launcher.plugins.PluginReport.Verdict;
import dev.mobilellm.launcher.report.Ranges;
import dev.mobilellm.runtime.LoadOptions;
import dev.mobilellm.runtime.assembly.ModelAssembly;
import dev.mobilellm.runtime.device.DeviceChoice;
import dev.mobilellm.runtime.device.DeviceSearch;
import dev.mobilellm.runtime.generation.GenerationOptions;
import dev.mobilellm.runtime.generation.SamplingPlugins;
import dev.mobilellm.runtime.inspection.ModelInspection;
import dev.mobilellm.runtime.plugins.Found;
import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.runtime.plugins.Selection;
import dev.mobilellm.runtime.plugins.Service;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.Plugin;
import dev.mobilellm.spi.device.ComputeDeviceProvider;
import dev.mobilellm.spi.device.DeviceCheck;
import dev.mobilellm.spi.device.DeviceException;
import dev.mobilellm.spi.device.DeviceInfo;
import dev.mobilellm.spi.device.DeviceListing;
import dev.mobilellm.spi.sampling.LogitsProcessorProvider;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Asks all plugins about a model and a request. */
final class PluginSurvey {

  private final PluginRegistry registry;
  private final List<Path> folders;
  private final LoadOptions options;

  /**
   * @param folders where third-party plugins were looked for
   * @param options with which a model would be loaded
   */
  PluginSurvey(PluginRegistry registry, List<Path> folders, LoadOptions options) {
    this.registry = registry;
    this.folders = folders;
    this.options = options;
  }

  /** The plugins as they are, and which devices are here. */
  PluginReport withoutModel() {
    List<ServicePlugins> services = new ArrayList<>();
    for (Service<?> service : registry.services()) {
      services.add(service == Service.DEVICE ? devices() : listed(service));
    }
    return report(services);
  }

  /**
   * What each says about a model and a request.
   *
   * @throws dev.mobilellm.spi.UsageException if a name that the user gave is not there
   */
  PluginReport of(ModelInspection model, GenerationOptions request) {
    List<ModelAssembly.Layer> layers =
        model.assembly().map(ModelAssembly::layers).orElse(List.of());
    List<ServicePlugins> services = new ArrayList<>();
    services.addAll(
        List.of(
            whole(model.weightProvider()),
            perLayer(Service.ATTENTION, layers, ModelAssembly.Layer::attention),
            perLayer(Service.MLP, layers, ModelAssembly.Layer::mlp),
            devices(),
            whole(model.tokenizerProvider()),
            whole(model.templateProvider()),
            processors(request),
            whole(SamplingPlugins.sampler(registry, request.sampling(), request.sampler()))));
    // Kernels are chosen when a model is compiled, for each operation.
    registry.services().stream()
        .filter(service -> !Service.ALL.contains(service))
        .forEach(service -> services.add(listed(service)));
    return report(services);
  }

  private PluginReport report(List<ServicePlugins> services) {
    return new PluginReport(services, folders, registry.problems());
  }

  private <P extends Plugin> ServicePlugins listed(Service<P> service) {
    return new ServicePlugins(
        service.label(),
        registry.all(service).stream().map(f -> new PluginVerdicts(f, List.of())).toList(),
        List.of());
  }

  private static <P extends Plugin> ServicePlugins whole(Selection<P> selection) {
    return new ServicePlugins(
        selection.service().label(),
        selection.considered().stream()
            .map(c -> new PluginVerdicts(c.found(), List.of(verdict("", selection, c))))
            .toList(),
        selection.tie().stream().toList());
  }

  private <P extends Plugin> ServicePlugins perLayer(
      Service<P> service,
      List<ModelAssembly.Layer> layers,
      Function<ModelAssembly.Layer, Selection<P>> selection) {
    List<Selection<P>> selections = layers.stream().map(selection).toList();
    List<Found<P>> plugins = registry.all(service);
    return new ServicePlugins(
        service.label(),
        IntStream.range(0, plugins.size())
            .mapToObj(i -> new PluginVerdicts(plugins.get(i), folded(selections, i)))
            .toList(),
        selections.stream().flatMap(s -> s.tie().stream()).distinct().toList());
  }

  /** What one plugin said about each layer, where that repeats only once. */
  private static <P extends Plugin> List<Verdict> folded(
      List<Selection<P>> selections, int plugin) {
    List<Verdict> perLayer =
        selections.stream().map(s -> verdict("", s, s.considered().get(plugin))).toList();
    return Ranges.fold(perLayer).entrySet().stream()
        .map(
            group ->
                new Verdict(
                    Ranges.layers(group.getValue(), perLayer.size()),
                    group.getKey().chosen(),
                    group.getKey().verdict(),
                    group.getKey().reason()))
        .toList();
  }

  private static <P extends Plugin> Verdict verdict(
      String subject, Selection<P> selection, Selection.Considered<P> considered) {
    boolean chosen = selection.chosen().filter(found -> found == considered.found()).isPresent();
    return new Verdict(subject, chosen, considered.verdict(), considered.reason());
  }

  private ServicePlugins processors(GenerationOptions request) {
    List<PluginVerdicts> plugins = new ArrayList<>();
    for (Found<LogitsProcessorProvider> found : SamplingPlugins.processors(registry)) {
      boolean wanted = found.plugin().create(request.sampling()).isPresent();
      plugins.add(
          new PluginVerdicts(
              found,
              List.of(
                  new Verdict(
                      "",
                      wanted,
                      wanted ? "chosen" : "not needed",
                      wanted
                          ? "order " + found.plugin().order()
                          : "neutral with these sampling options"))));
    }
    return new ServicePlugins(Service.PROCESSOR.label(), plugins, List.of());
  }

  private ServicePlugins devices() {
    DeviceSearch search =
        new DeviceSearch(
            registry, options.deviceOptions(options.maxBatchTokens(), registry), note -> {});
    Optional<DeviceChoice> choice = Optional.empty();
    List<String> problems = new ArrayList<>();
    try {
      choice = Optional.of(search.first(options.device(), device -> device));
    } catch (ModelException | DeviceException e) {
      problems.add(e.getMessage());
    }
    List<PluginVerdicts> plugins = new ArrayList<>();
    for (Found<ComputeDeviceProvider> found : registry.all(Service.DEVICE)) {
      plugins.add(new PluginVerdicts(found, verdicts(found, search, choice)));
    }
    return new ServicePlugins(Service.DEVICE.label(), plugins, problems);
  }

  private List<Verdict> verdicts(
      Found<ComputeDeviceProvider> provider, DeviceSearch search, Optional<DeviceChoice> choice) {
    DeviceListing listing = search.listings().get(provider);
    if (listing.devices().isEmpty()) {
      return List.of(new Verdict("", false, "not usable", listing.reason()));
    }
    return search.devices().stream()
        .filter(device -> device.provider().equals(provider))
        .map(
            device -> {
              DeviceInfo info = device.info();
              String subject = info.id() + " (" + info.description() + ")";
              return choice
                  .filter(c -> c.info().equals(info))
                  .map(c -> new Verdict(subject, true, "chosen", c.reason()))
                  .orElseGet(() -> notChosen(subject, device, search));
            })
        .toList();
  }

  private Verdict notChosen(String subject, DeviceChoice device, DeviceSearch search) {
    if (options.device().filter(name -> !name.equals(DeviceSearch.AUTO)).isPresent()) {
      return new Verdict(subject, false, "another was named", "");
    }
    if (!DeviceSearch.isAutomatic(device)) {
      return new Verdict(subject, false, "taken by name only", "");
    }
    DeviceCheck check = search.check(device);
    return check.usable()
        ? new Verdict(subject, false, "lower priority", "")
        : new Verdict(subject, false, "not usable", check.explanation());
  }
}
