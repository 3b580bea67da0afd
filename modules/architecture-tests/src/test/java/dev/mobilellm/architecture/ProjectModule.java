package dev.mobilellm.architecture;

import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Exports;
import java.lang.module.ModuleDescriptor.Requires;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A module of this project.
 *
 * @param folder relative to the root, with slashes
 * @param descriptor as compiled
 */
record ProjectModule(String folder, ModuleDescriptor descriptor) {

  static final String PREFIX = "dev.mobilellm.";

  /** The module in this folder, if its descriptor is compiled. */
  static Optional<ProjectModule> find(String folder) {
    Path classes = classes(folder);
    if (!Files.isRegularFile(classes.resolve("module-info.class"))) {
      return Optional.empty();
    }
    ModuleDescriptor descriptor = ModuleFinder.of(classes).findAll().iterator().next().descriptor();
    return Optional.of(new ProjectModule(folder, descriptor));
  }

  static Path classes(String folder) {
    return Repository.ROOT.resolve(folder, "target", "classes");
  }

  static Path mainSources(String folder) {
    return Repository.ROOT.resolve(folder, "src", "main", "java");
  }

  String name() {
    return descriptor.name();
  }

  /** ArchUnit's pattern for its packages: the module's name and below. */
  String packages() {
    return name() + "..";
  }

  /** Its packages with classes; those with resources only are packages too, for the JVM. */
  List<String> codePackages() {
    return ProjectClasses.ALL.stream()
        .map(type -> type.getPackageName())
        .distinct()
        .filter(descriptor.packages()::contains)
        .toList();
  }

  boolean isPlugin() {
    return folder.startsWith("plugins/");
  }

  boolean isDevice() {
    return folder.startsWith("kernels-");
  }

  /** What it requires of this project. */
  List<Requires> ownRequires() {
    return descriptor.requires().stream().filter(r -> r.name().startsWith(PREFIX)).toList();
  }

  /** The packages that it exports to everybody. */
  List<String> exportedPackages() {
    return descriptor.exports().stream()
        .filter(exports -> !exports.isQualified())
        .map(Exports::source)
        .sorted()
        .collect(Collectors.toList());
  }

  @Override
  public String toString() {
    return name();
  }
}
