package dev.mobilellm.launcher;

import dev.mobilellm.runtime.plugins.PluginLayer;
import java.lang.module.Configuration;
import java.lang.module.FindException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Requires;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.lang.module.ResolvedModule;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
    if (all.isEmpty()) {
      throw new FindException("it is a part of this application, which has it already");
    }
    if (plugins.isEmpty()) {
      throw new FindException(
          all.stream().allMatch(ModuleDescriptor::isAutomatic)
              ? "it is no module, a plugin needs a module-info that provides a service"
              : "its module-info provides no service of " + OWN + "spi");
    }
    all.forEach(PluginModules::requireCompatible);
    return new PluginModules(
        path,
        finder,
        plugins.stream().map(ModuleDescriptor::name).collect(Collectors.toUnmodifiableSet()));
  }

  /**
   * Makes a layer of them.
   *
   * @param grants whether they may call native code
   * @throws FindException if they need to, and may not, or if two of them contain the same package
   * @throws java.lang.module.ResolutionException if a module that they require is missing
   * @throws LayerInstantiationException if they cannot live together for another reason
   */
  @SuppressWarnings("restricted") // native access for plugins that the user named
  PluginLayer define(NativeGrants grants) {
    boolean trusted = grants.include(path, roots);
    if (!trusted) {
      requireNoNativeCalls();
    }
    ModuleLayer application = ModuleLayer.boot();
    Configuration configuration =
        application.configuration().resolveAndBind(finder, ModuleFinder.of(), roots);
    requireWholePackages(configuration);
    ModuleLayer.Controller controller =
        ModuleLayer.defineModulesWithOneLoader(
            configuration, List.of(application), ClassLoader.getSystemClassLoader());
    if (trusted) {
      controller.layer().modules().forEach(controller::enableNativeAccess);
    }
    return new PluginLayer(controller.layer(), path.toString());
  }

  private void requireNoNativeCalls() {
    finder.findAll().stream()
        .sorted(Comparator.comparing(module -> module.descriptor().name()))
        .flatMap(module -> NativeCalls.in(module).stream())
        .findFirst()
        .ifPresent(
            call -> {
              throw new FindException(
                  "it needs native access (%s); if you trust it, start with --enable-native %s"
                      .formatted(call, NativeGrants.shortName(path)));
            });
  }

  /** The module system would refuse, but not say which modules it means. */
  private static void requireWholePackages(Configuration configuration) {
    Map<String, ModuleReference> owners = new HashMap<>();
    for (ResolvedModule module : configuration.modules()) {
      for (String name : module.reference().descriptor().packages()) {
        ModuleReference other = owners.put(name, module.reference());
        if (other != null) {
          throw new FindException(
              Stream.of(other, module.reference())
                  .map(PluginModules::fileName)
                  .sorted()
                  .collect(
                      Collectors.joining(" and ", "the package " + name + " is in both ", "")));
        }
      }
    }
  }

  private static String fileName(ModuleReference module) {
    return module
        .location()
        .map(location -> Path.of(location).getFileName().toString())
        .orElse(module.descriptor().name());
  }

  private static boolean isPlugin(ModuleDescriptor module) {
    return !module.isAutomatic()
        && module.provides().stream().anyMatch(provides -> provides.service().startsWith(OWN));
  }

  /** Same major version, and no newer minor one than the application's. */
  private static void requireCompatible(ModuleDescriptor plugin) {
    for (Requires requires : plugin.requires()) {
      Optional<SpiVersion> wanted = requires.rawCompiledVersion().flatMap(SpiVersion::parse);
      Optional<SpiVersion> found =
          ModuleLayer.boot()
              .findModule(requires.name())
              .filter(module -> isOwn(module.getName()))
              .flatMap(module -> module.getDescriptor().rawVersion())
              .flatMap(SpiVersion::parse);
      if (wanted.isPresent() && found.isPresent() && !found.get().serves(wanted.get())) {
        throw new FindException(
            "it was compiled against version %s of %s, but this application has %s"
                .formatted(wanted.get(), requires.name(), found.get()));
      }
    }
  }

  private static boolean isOwn(String module) {
    return module.startsWith(OWN) && ModuleLayer.boot().findModule(module).isPresent();
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
  }
}
