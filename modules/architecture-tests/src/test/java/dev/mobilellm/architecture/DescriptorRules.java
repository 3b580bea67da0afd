package dev.mobilellm.architecture;

import dev.mobilellm.spi.Plugin;
import java.lang.module.ModuleDescriptor.Opens;
import java.lang.reflect.Constructor;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What module descriptors must keep to; each rule gives a sentence with its reason per breach. */
final class DescriptorRules {

  private static final int HIGHEST_PRIORITY = 100;

  private DescriptorRules() {}

  static List<String> plugin(ProjectModule plugin) {
    List<String> breaches = new ArrayList<>();
    for (String name : plugin.exportedPackages()) {
      breaches.add(
          "%s exports %s: a plugin is reached through its services only, so that it can change alone"
              .formatted(plugin, name));
    }
    if (plugin.descriptor().provides().isEmpty()) {
      breaches.add(plugin + " provides no service: it is never found");
    }
    return breaches;
  }

  static List<String> openToAll(ProjectModule module) {
    List<String> breaches = new ArrayList<>();
    if (module.descriptor().isOpen()) {
      breaches.add(module + " is an open module: it hides nothing");
    }
    for (Opens opens : module.descriptor().opens()) {
      if (!opens.isQualified()) {
        breaches.add(
            "%s opens %s to all: open a package to the library that needs it"
                .formatted(module, opens.source()));
      }
    }
    return breaches;
  }

  static List<String> packageNames(String module, List<String> packages) {
    return packages.stream()
        .filter(name -> !(name + ".").startsWith(module + "."))
        .map(
            name ->
                "%s is in %s: the rules tell modules by the names of packages"
                    .formatted(name, module))
        .toList();
  }

  static List<String> splitPackages(List<ProjectModule> modules) {
    Map<String, ProjectModule> owners = new HashMap<>();
    List<String> breaches = new ArrayList<>();
    for (ProjectModule module : modules) {
      for (String name : module.descriptor().packages()) {
        ProjectModule other = owners.put(name, module);
        if (other != null) {
          breaches.add(
              "%s is in %s and in %s: the JVM refuses to start with both"
                  .formatted(name, other, module));
        }
      }
    }
    return breaches;
  }

  /** The module's own version, and those of what it was compiled against. */
  static List<String> versions(ProjectModule module, String version) {
    List<String> breaches = new ArrayList<>();
    if (!module.descriptor().rawVersion().orElse("").equals(version)) {
      breaches.add(
          "%s has the version %s: reports could not tell which one it is"
              .formatted(module, module.descriptor().rawVersion()));
    }
    module.ownRequires().stream()
        .filter(requires -> !requires.rawCompiledVersion().orElse("").equals(version))
        .forEach(
            requires ->
                breaches.add(
                    "%s was compiled against version %s of %s: plugins of another SPI are refused by it"
                        .formatted(module, requires.rawCompiledVersion(), requires.name())));
    return breaches;
  }

  static List<String> provider(Class<?> service, Class<?> provider) {
    List<String> breaches = new ArrayList<>();
    if (!Modifier.isPublic(provider.getModifiers())) {
      breaches.add(provider.getName() + " is not public: the service loader refuses it");
    }
    if (Arrays.stream(provider.getDeclaredConstructors()).noneMatch(DescriptorRules::isUsable)) {
      breaches.add(
          provider.getName()
              + " has no public constructor without parameters: the service loader refuses it");
    }
    if (!service.isAssignableFrom(provider)) {
      breaches.add(provider.getName() + " is no " + service.getName());
    }
    return breaches;
  }

  private static boolean isUsable(Constructor<?> constructor) {
    return Modifier.isPublic(constructor.getModifiers()) && constructor.getParameterCount() == 0;
  }

  /**
   * @param owners the provider by service and name, of those that were seen before; added to
   */
  static List<String> names(Map<String, String> owners, String service, Plugin plugin) {
    List<String> breaches = new ArrayList<>();
    String provider = plugin.getClass().getName();
    String other = owners.put(service + " \"" + plugin.name() + "\"", provider);
    if (other != null) {
      breaches.add(
          "%s has the name of %s: users could not tell them apart".formatted(provider, other));
    }
    if (!plugin.name().matches("[a-z0-9]+([-.][a-z0-9]+)*")) {
      breaches.add("\"%s\" is no name that is easily typed".formatted(plugin.name()));
    }
    if (plugin.priority() > HIGHEST_PRIORITY) {
      breaches.add(
          "%s has the priority %d: third parties start above %d"
              .formatted(provider, plugin.priority(), HIGHEST_PRIORITY));
    }
    return breaches;
  }
}
