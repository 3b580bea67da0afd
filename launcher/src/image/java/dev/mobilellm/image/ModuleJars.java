package dev.mobilellm.image;

import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.spi.ToolProvider;

/**
 * The application's modules as jlink takes them: it refuses automatic ones.
 *
 * @param names of the modules
 * @param paths jars and folders, in the same order
 */
record ModuleJars(List<String> names, List<Path> paths) {

  /**
   * Gives a descriptor to each jar that has none.
   *
   * @param work where the changed copies go
   */
  static ModuleJars withDescriptors(List<Path> jars, Path work) throws IOException {
    ModuleFinder finder = ModuleFinder.of(jars.toArray(Path[]::new));
    Map<String, String> packages = packages(finder);
    List<String> names = new ArrayList<>();
    List<Path> paths = new ArrayList<>();
    for (ModuleReference module : finder.findAll().stream().sorted(ModuleJars::byName).toList()) {
      ModuleDescriptor descriptor = module.descriptor();
      Path jar = Path.of(module.location().map(URI::toString).map(URI::create).orElseThrow());
      names.add(descriptor.name());
      paths.add(descriptor.isAutomatic() ? explicit(module, jar, packages, work) : jar);
    }
    return new ModuleJars(List.copyOf(names), List.copyOf(paths));
  }

  private static int byName(ModuleReference a, ModuleReference b) {
    return a.descriptor().name().compareTo(b.descriptor().name());
  }

  private static Path explicit(
      ModuleReference module, Path jar, Map<String, String> packages, Path work)
      throws IOException {
    Path copy = work.resolve(jar.getFileName());
    Files.copy(jar, copy, StandardCopyOption.REPLACE_EXISTING);
    Path classes = Files.createDirectories(work.resolve(module.descriptor().name()));
    Files.write(
        classes.resolve("module-info.class"), new ExplicitModule(module, packages).descriptor());
    ToolProvider tool = ToolProvider.findFirst("jar").orElseThrow();
    int code =
        tool.run(
            System.out,
            System.err,
            "--update",
            "--file",
            copy.toString(),
            "-C",
            classes.toString(),
            "module-info.class");
    if (code != 0) {
      throw new IllegalStateException(jar + " cannot get a module descriptor");
    }
    return copy;
  }

  /** Which module each package is in, those of the JDK among them. */
  private static Map<String, String> packages(ModuleFinder finder) {
    Map<String, String> modules = new HashMap<>();
    for (ModuleFinder one : List.of(ModuleFinder.ofSystem(), finder)) {
      for (ModuleReference module : one.findAll()) {
        ModuleDescriptor descriptor = module.descriptor();
        descriptor.packages().forEach(name -> modules.put(name, descriptor.name()));
      }
    }
    return modules;
  }
}
