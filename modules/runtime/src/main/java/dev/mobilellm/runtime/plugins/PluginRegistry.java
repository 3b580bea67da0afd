package dev.mobilellm.runtime.plugins;

import dev.mobilellm.spi.Plugin;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * All plugins of the given module layers. A plugin that cannot be loaded is a {@linkplain
 * #problems() problem} of its own and leaves the others alone. Immutable; safe for several threads.
 */
public final class PluginRegistry {

  /** The origin of plugins that came with the application. */
  public static final String BUILT_IN = "built in";

  private final Map<Service<?>, List<Found<?>>> found = new LinkedHashMap<>();
  private final List<String> problems = new ArrayList<>();
  private final List<PluginLayer> layers;
  private final Set<PluginLayer> withoutKernels = new HashSet<>();

  private PluginRegistry(List<PluginLayer> layers, List<String> problems) {
    this.layers = List.copyOf(layers);
    this.problems.addAll(problems);
    Set<Service<?>> services = new LinkedHashSet<>(Service.ALL);
    layers.forEach(layer -> services.addAll(in(layer).furtherServices()));
    for (Service<?> service : services) {
      found.put(service, load(service));
    }
  }

  private PluginRegistry(PluginRegistry other) {
    layers = other.layers;
    found.putAll(other.found);
    problems.addAll(other.problems);
    withoutKernels.addAll(other.withoutKernels);
  }

  /** The plugins of the layer that this module is in, without any third-party ones. */
  public static PluginRegistry builtIn() {
    return of(List.of(), List.of());
  }

  /**
   * The plugins of the layer that this module is in, and of further layers. Where two plugins of
   * one service have the same name, the earlier layer's stays and the other is a problem.
   *
   * @param problems what is known about plugins that have no layer, one sentence each
   */
  public static PluginRegistry of(List<PluginLayer> thirdParty, List<String> problems) {
    ModuleLayer own = PluginRegistry.class.getModule().getLayer();
    List<PluginLayer> layers = new ArrayList<>();
    layers.add(new PluginLayer(own == null ? ModuleLayer.boot() : own, BUILT_IN));
    layers.addAll(thirdParty);
    return new PluginRegistry(layers, problems);
  }

  /**
   * These plugins and one more that the caller made: for programs that bring a plugin without a
   * module of its own.
   *
   * @throws IllegalArgumentException if the service has a plugin of this name
   */
  public <P extends Plugin> PluginRegistry with(Service<P> service, P plugin) {
    if (find(service, plugin.name()).isPresent()) {
      throw new IllegalArgumentException(
          "There is a plugin \"%s\" for %s already.".formatted(plugin.name(), service.label()));
    }
    PluginRegistry result = new PluginRegistry(this);
    List<Found<?>> plugins = new ArrayList<>(found.get(service));
    plugins.add(
        Found.of(
            plugin,
            new Provenance(
                plugin.getClass().getName(),
                "",
                "given by the program",
                plugin.getClass().getModule().isNativeAccessEnabled())));
    result.found.put(service, sorted(plugins));
    return result;
  }

  /** {@link Service#ALL}, and those of single devices that some plugin provides. */
  public List<Service<?>> services() {
    return List.copyOf(found.keySet());
  }

  /** The plugins of a service, highest priority first, then by name. */
  public <P extends Plugin> List<Found<P>> all(Service<P> service) {
    @SuppressWarnings("unchecked") // filled per service by load
    List<Found<P>> plugins = (List<Found<P>>) (List<?>) found.getOrDefault(service, List.of());
    return plugins;
  }

  /** The plugin of this name. */
  public <P extends Plugin> Optional<Found<P>> find(Service<P> service, String name) {
    return all(service).stream().filter(plugin -> plugin.name().equals(name)).findFirst();
  }

  /** One sentence for each plugin that could not be loaded. */
  public List<String> problems() {
    return List.copyOf(problems);
  }

  /**
   * The layers in which devices look for kernels of their own SPI, the built-in one first. Those
   * whose kernels could not be made, or have the names of others, are not among them.
   */
  public List<ModuleLayer> layers() {
    return layers.stream()
        .filter(layer -> !withoutKernels.contains(layer))
        .map(PluginLayer::layer)
        .toList();
  }

  private LayerPlugins in(PluginLayer layer) {
    return new LayerPlugins(layer, problems::add);
  }

  private <P extends Plugin> List<Found<?>> load(Service<P> service) {
    Map<String, Found<P>> byName = new LinkedHashMap<>();
    for (PluginLayer layer : layers) {
      int before = problems.size();
      in(layer).of(service).forEach(plugin -> add(byName, service, plugin));
      if (problems.size() > before && !Service.ALL.contains(service)) {
        withoutKernels.add(layer);
      }
    }
    return sorted(List.copyOf(byName.values()));
  }

  private static List<Found<?>> sorted(List<Found<?>> plugins) {
    return plugins.stream()
        .sorted(Comparator.<Found<?>>comparingInt(f -> -f.priority()).thenComparing(Found::name))
        .toList();
  }

  private <P extends Plugin> void add(
      Map<String, Found<P>> byName, Service<P> service, Found<P> plugin) {
    Found<P> earlier = byName.putIfAbsent(plugin.name(), plugin);
    if (earlier != null) {
      problems.add(
          "There are two plugins \"%s\" for %s: %s stays, %s is left out."
              .formatted(
                  plugin.name(), service.label(), earlier.provenance(), plugin.provenance()));
    }
  }
}
