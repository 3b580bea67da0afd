package dev.mobilellm.launcher;

import dev.mobilellm.runtime.plugins.PluginLayer;
import dev.mobilellm.spi.Plugin;
import java.lang.module.Configuration;
import java.lang.module.FindException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Requires;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The modules of one third-party plugin: its own and its libraries. They read the application's
 * modules and are seen by nobody.
 *
 * @param path a jar, or a folder with jars
 * @param finder what is in there, without modules that the application has itself
 * @param roots names of the modules that provide plugins
 */
record PluginModules(Path path, ModuleFinder finder, Set<String> roots) {

  private static final String OWN = "dev.mobilellm.";

  /**
   * Looks into a jar or folder.
   *
   * @throws FindException if it is no plugin for this application, saying why
   */
  static PluginModules of(Path path) {
    ModuleFinder finder = new WithoutOwn(ModuleFinder.of(path));
    List<ModuleDescriptor> all =
        finder.findAll().stream().map(ModuleReference::descriptor).toList();
    List<ModuleDescriptor> plugins = all.stream().filter(PluginModules::isPlugin).toList();
    if (plugins.isEmpty()) {
      throw new FindException(
          all.stream().allMatch(ModuleDescriptor::isAutomatic)
              ? "it is no module, a plugin needs a module-info that provides a service"
              : "its module-info provides no service of " + OWN + "spi");
    }
    plugins.forEach(PluginModules::requireCompatible);
    return new PluginModules(
        path,
        finder,
        plugins.stream().map(ModuleDescriptor::name).collect(Collectors.toUnmodifiableSet()));
  }

  /**
   * Makes a layer of them.
   *
   * @throws java.lang.module.ResolutionException if a module that they require is missing
   * @throws LayerInstantiationException if two of them contain the same package
   */
  @SuppressWarnings("restricted") // native access for plugins
  PluginLayer define() {
    ModuleLayer application = ModuleLayer.boot();
    Configuration configuration =
        application.configuration().resolveAndBind(finder, ModuleFinder.of(), roots);
    ModuleLayer.Controller controller =
        ModuleLayer.defineModulesWithOneLoader(
            configuration, List.of(application), ClassLoader.getSystemClassLoader());
    // Devices call native code; whoever names a plugin's folder trusts the plugin.
    controller.layer().modules().forEach(controller::enableNativeAccess);
    return new PluginLayer(controller.layer(), path.toString());
  }

  private static boolean isPlugin(ModuleDescriptor module) {
    return !module.isAutomatic()
        && module.provides().stream().anyMatch(provides -> provides.service().startsWith(OWN));
  }

  /** Same major version, and no newer minor one than the application's. */
  private static void requireCompatible(ModuleDescriptor plugin) {
    ModuleDescriptor spi = Plugin.class.getModule().getDescriptor();
    Optional<SpiVersion> wanted =
        plugin.requires().stream()
            .filter(requires -> requires.name().equals(spi.name()))
            .findFirst()
            .flatMap(Requires::rawCompiledVersion)
            .flatMap(SpiVersion::parse);
    Optional<SpiVersion> found = spi.rawVersion().flatMap(SpiVersion::parse);
    if (wanted.isPresent() && found.isPresent() && !found.get().serves(wanted.get())) {
      throw new FindException(
          "it was compiled against version %s of %s, but this application has %s"
              .formatted(wanted.get(), spi.name(), found.get()));
    }
  }

  /** The application's own modules beside a plugin would be strangers to the application. */
  private record WithoutOwn(ModuleFinder all) implements ModuleFinder {

    @Override
    public Optional<ModuleReference> find(String name) {
      return isOwn(name) ? Optional.empty() : all.find(name);
    }

    @Override
    public Set<ModuleReference> findAll() {
      return all.findAll().stream()
          .filter(module -> !isOwn(module.descriptor().name()))
          .collect(Collectors.toUnmodifiableSet());
    }

    private static boolean isOwn(String name) {
      return ModuleLayer.boot().findModule(name).isPresent() && name.startsWith(OWN);
    }
  }
}
