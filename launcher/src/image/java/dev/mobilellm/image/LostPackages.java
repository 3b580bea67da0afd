package dev.mobilellm.image;

import java.lang.classfile.ClassFile;
import java.lang.classfile.attribute.ModuleAttribute;
import java.lang.classfile.attribute.ModulePackagesAttribute;
import java.lang.classfile.attribute.ModuleProvideInfo;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.PackageEntry;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import jdk.tools.jlink.plugin.ResourcePoolEntry;

/**
 * Packages of which nothing comes into the image: a descriptor must not name them.
 *
 * @param names as paths, {@code javax/swing}
 */
record LostPackages(Set<String> names) {

  /** Those of all modules. */
  static LostPackages between(List<ResourcePoolEntry> before, List<ResourcePoolEntry> after) {
    Set<String> lost = before.stream().map(LostPackages::folder).collect(Collectors.toSet());
    after.stream().map(LostPackages::folder).forEach(lost::remove);
    return new LostPackages(lost);
  }

  /** A descriptor as it was, without these packages and without services of their types. */
  ResourcePoolEntry without(ResourcePoolEntry descriptor) {
    ClassFile format = ClassFile.of();
    return descriptor.copyWithContent(
        format.transformClass(
            format.parse(descriptor.contentBytes()),
            (builder, element) ->
                builder.with(
                    switch (element) {
                      case ModuleAttribute module -> reduced(module);
                      case ModulePackagesAttribute packages ->
                          ModulePackagesAttribute.of(
                              packages.packages().stream().filter(this::isLeft).toList());
                      default -> element;
                    })));
  }

  private ModuleAttribute reduced(ModuleAttribute module) {
    return ModuleAttribute.of(
        module.moduleName(),
        module.moduleFlagsMask(),
        module.moduleVersion().orElse(null),
        module.requires(),
        module.exports().stream().filter(part -> isLeft(part.exportedPackage())).toList(),
        module.opens().stream().filter(part -> isLeft(part.openedPackage())).toList(),
        module.uses().stream().filter(this::isLeft).toList(),
        module.provides().stream()
            .filter(part -> isLeft(part.provides()))
            .map(part -> ModuleProvideInfo.of(part.provides(), left(part.providesWith())))
            .filter(part -> !part.providesWith().isEmpty())
            .toList());
  }

  private List<ClassEntry> left(List<ClassEntry> types) {
    return types.stream().filter(this::isLeft).toList();
  }

  private boolean isLeft(ClassEntry type) {
    String name = type.asInternalName();
    return !names.contains(name.substring(0, name.lastIndexOf('/')));
  }

  private boolean isLeft(PackageEntry name) {
    return !names.contains(name.name().stringValue());
  }

  /** Of an entry, within its module. */
  private static String folder(ResourcePoolEntry entry) {
    String path = entry.path();
    int start = entry.moduleName().length() + 2;
    return path.substring(start, Math.max(start, path.lastIndexOf('/')));
  }
}
