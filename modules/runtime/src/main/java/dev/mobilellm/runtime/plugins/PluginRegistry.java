package dev.mobilellm.runtime.plugins;

import dev.mobilellm.spi.Plugin;
import java.lang.module.ModuleDescriptor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

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

  private PluginRegistry(List<PluginLayer> layers) {
    this.layers = List.copyOf(layers);
    for (Service<?> service : Service.ALL) {
      found.put(service, load(service));
    }
  }

  private PluginRegistry(
      List<PluginLayer> layers, Map<Service<?>, List<Found<?>>> found, List<String> problems) {
    this.layers = layers;
    this.found.putAll(found);
    this.problems.addAll(problems);
  }

  /** The plugins of the layer that this module is in, without any third-party ones. */
  public static PluginRegistry builtIn() {
    return of(List.of());
  }

  /**
   * The plugins of the layer that this module is in, and of further layers. Where two plugins of
   * one service have the same name, the earlier layer's stays and the other is a problem.
   */
  public static PluginRegistry of(List<PluginLayer> thirdParty) {
    ModuleLayer own = PluginRegistry.class.getModule().getLayer();
    List<PluginLayer> layers = new ArrayList<>();
    layers.add(new PluginLayer(own == null ? ModuleLayer.boot() : own, BUILT_IN));
    layers.addAll(thirdParty);
    return new PluginRegistry(layers);
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
    PluginRegistry result = new PluginRegistry(layers, found, problems);
    List<Found<?>> plugins = new ArrayList<>(found.get(service));
    plugins.add(new Found<>(plugin, plugin.getClass().getName(), "", "given by the program"));
    result.found.put(service, sorted(plugins));
    return result;
  }

  /** The plugins of a service, highest priority first, then by name. */
  public <P extends Plugin> List<Found<P>> all(Service<P> service) {
    @SuppressWarnings("unchecked") // filled per service by load
    List<Found<P>> plugins = (List<Found<P>>) (List<?>) found.get(service);
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

  /** The layers, the built-in one first: devices look there for kernels of their own SPI. */
  public List<ModuleLayer> layers() {
    return layers.stream().map(PluginLayer::layer).toList();
  }

  private <P extends Plugin> List<Found<?>> load(Service<P> service) {
    Map<String, Found<P>> byName = new LinkedHashMap<>();
    for (PluginLayer layer : layers) {
      for (ServiceLoader.Provider<P> provider : providers(layer, service)) {
        instantiate(layer, service, provider).ifPresent(plugin -> add(byName, service, plugin));
      }
    }
    return sorted(List.copyOf(byName.values()));
  }

  private static List<Found<?>> sorted(List<Found<?>> plugins) {
    return plugins.stream()
        .sorted(Comparator.<Found<?>>comparingInt(f -> -f.priority()).thenComparing(Found::name))
        .toList();
  }

  private <P extends Plugin> List<ServiceLoader.Provider<P>> providers(
      PluginLayer layer, Service<P> service) {
    try {
      return ServiceLoader.load(layer.layer(), service.type()).stream()
          .filter(provider -> provider.type().getModule().getLayer() == layer.layer())
          .toList();
    } catch (ServiceConfigurationError e) {
      problems.add(problem(layer, service, reason(e)));
      return List.of();
    }
  }

  private <P extends Plugin> Optional<Found<P>> instantiate(
      PluginLayer layer, Service<P> service, ServiceLoader.Provider<P> provider) {
    try {
      P plugin = provider.get();
      ModuleDescriptor descriptor = provider.type().getModule().getDescriptor();
      return Optional.of(
          new Found<>(
              plugin, descriptor.name(), descriptor.rawVersion().orElse(""), layer.origin()));
    } catch (ServiceConfigurationError | LinkageError e) {
      problems.add(
          problem(layer, service, provider.type().getName() + " cannot be made: " + reason(e)));
      return Optional.empty();
    }
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

  private static String problem(PluginLayer layer, Service<?> service, String reason) {
    return "A plugin for %s (%s) is left out: %s."
        .formatted(service.label(), layer.origin(), reason);
  }

  /** The innermost reason: the outer ones only repeat that a provider failed. */
  private static String reason(Throwable error) {
    Throwable cause = error;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    String message = cause.getMessage();
    String text =
        cause == error && message != null
            ? message
            : cause.getClass().getSimpleName() + (message == null ? "" : ": " + message);
    return text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
  }
}
