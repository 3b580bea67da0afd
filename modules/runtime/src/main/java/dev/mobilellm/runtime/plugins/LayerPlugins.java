package dev.mobilellm.runtime.plugins;

import dev.mobilellm.spi.Plugin;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.ServiceLoader.Provider;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Makes the plugins of one module layer, each for itself: what fails is told and left out. */
final class LayerPlugins {

  private static final String OWN_SERVICES = "dev.mobilellm.";

  private final PluginLayer layer;
  private final Consumer<String> problems;

  /**
   * @param problems told a sentence about each plugin that cannot be made
   */
  LayerPlugins(PluginLayer layer, Consumer<String> problems) {
    this.layer = layer;
    this.problems = problems;
  }

  /** The services that its modules provide beyond {@link Service#ALL}: those of single devices. */
  List<Service<?>> furtherServices() {
    return layer.layer().modules().stream()
        .flatMap(
            module ->
                module.getDescriptor().provides().stream()
                    .map(provides -> provides.service())
                    .filter(name -> name.startsWith(OWN_SERVICES))
                    .filter(name -> Service.ALL.stream().noneMatch(s -> s.is(name)))
                    .flatMap(name -> plugins(module, name)))
        .sorted((a, b) -> a.label().compareTo(b.label()))
        .distinct()
        .<Service<?>>map(service -> service)
        .toList();
  }

  private static Stream<Service<?>> plugins(Module provider, String service) {
    try {
      Class<?> type = Class.forName(service, false, provider.getClassLoader());
      return Plugin.class.isAssignableFrom(type)
          ? Stream.of(Service.ofDevice(type.asSubclass(Plugin.class)))
          : Stream.empty();
    } catch (ClassNotFoundException | LinkageError e) {
      // A module cannot provide what it does not see; the module system has checked that.
      return Stream.empty();
    }
  }

  /** The plugins of a service, in no particular order. */
  <P extends Plugin> List<Found<P>> of(Service<P> service) {
    // The services of devices are not in this module's descriptor.
    LayerPlugins.class.getModule().addUses(service.type());
    Iterator<Provider<P>> providers =
        ServiceLoader.load(layer.layer(), service.type()).stream().iterator();
    List<Found<P>> plugins = new ArrayList<>();
    while (true) {
      try {
        if (!providers.hasNext()) {
          return plugins;
        }
        Provider<P> provider = providers.next();
        if (mayBeOwn(provider)) {
          make(service, provider, plugins);
        }
      } catch (ServiceConfigurationError e) {
        // The next call goes on behind the provider that failed.
        report(service, reason(e));
      }
    }
  }

  /** A provider method may promise no more than the service itself. */
  private boolean mayBeOwn(Provider<?> provider) {
    return isOwn(provider.type()) || provider.type().isInterface();
  }

  private boolean isOwn(Class<?> type) {
    return type.getModule().getLayer() == layer.layer();
  }

  private <P extends Plugin> void make(
      Service<P> service, Provider<P> provider, List<Found<P>> plugins) {
    try {
      P plugin = provider.get();
      if (isOwn(plugin.getClass())) {
        plugins.add(Found.of(plugin, provenance(plugin.getClass().getModule())));
      }
    } catch (ServiceConfigurationError | LinkageError | RuntimeException e) {
      report(service, "%s cannot be made, %s".formatted(provider.type().getName(), reason(e)));
    }
  }

  private Provenance provenance(Module module) {
    return new Provenance(
        module.getName(),
        module.getDescriptor().rawVersion().orElse(""),
        layer.origin(),
        module.isNativeAccessEnabled());
  }

  private void report(Service<?> service, String reason) {
    problems.accept(
        "A plugin for %s in %s is left out: %s."
            .formatted(service.label(), layer.origin(), reason));
  }

  /** The innermost reason: the outer ones only repeat that a provider failed. */
  private static String reason(Throwable error) {
    Throwable cause = error;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    String message =
        cause.getMessage() == null ? "" : cause.getMessage().lines().findFirst().orElse("");
    String text =
        cause instanceof ServiceConfigurationError
            // What follows the name of the service.
            ? message.substring(message.indexOf(": ") + 1).strip()
            : cause.getClass().getSimpleName() + (message.isEmpty() ? "" : ": " + message);
    return text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
  }
}
