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
import java.util.stream.Stream;
import jdk.tools.jlink.plugin.ResourcePoolEntry;

/**
 * Packages of which nothing comes into the image: a descriptor must not name them.
 *
 * @param folders each as module and path, {@code java.desktop/javax/swing}
 */
record LostPackages(Set<String> folders) {

  /** Those of all modules. */
  static LostPackages between(List<ResourcePoolEntry> before, List<ResourcePoolEntry> after) {
    Set<String> lost = folders(before.stream()).collect(Collectors.toSet());
    folders(after.stream()).forEach(lost::remove);
    return new LostPackages(lost);
  }

  private static Stream<String> folders(Stream<ResourcePoolEntry> entries) {
    return entries.map(ResourcePoolEntry::path).map(path -> folder(path).substring(1));
  }

  /** A descriptor as it was, without these packages and without services of their types. */
  ResourcePoolEntry without(ResourcePoolEntry descriptor) {
    String module = descriptor.moduleName();
    if (folders.stream().noneMatch(folder -> folder.startsWith(module + "/"))) {
      return descriptor;
    }
    ClassFile format = ClassFile.of();
    return descriptor.copyWithContent(
        format.transformClass(
            format.parse(descriptor.contentBytes()),
            (builder, element) ->
                builder.with(
                    switch (element) {
                      case ModuleAttribute attribute -> reduced(attribute, module);
                      case ModulePackagesAttribute packages ->
                          ModulePackagesAttribute.of(
                              packages.packages().stream()
                                  .filter(name -> isLeft(name, module))
                                  .toList());
                      default -> element;
                    })));
  }

  private ModuleAttribute reduced(ModuleAttribute of, String module) {
    return ModuleAttribute.of(
        of.moduleName(),
        of.moduleFlagsMask(),
        of.moduleVersion().orElse(null),
        of.requires(),
        of.exports().stream().filter(part -> isLeft(part.exportedPackage(), module)).toList(),
        of.opens().stream().filter(part -> isLeft(part.openedPackage(), module)).toList(),
        of.uses().stream().filter(service -> isLeft(service, module)).toList(),
        of.provides().stream()
            .filter(part -> isLeft(part.provides(), module))
            .map(part -> ModuleProvideInfo.of(part.provides(), left(part, module)))
            .filter(part -> !part.providesWith().isEmpty())
            .toList());
  }

  private List<ClassEntry> left(ModuleProvideInfo provides, String module) {
    return provides.providesWith().stream().filter(type -> isLeft(type, module)).toList();
  }

  private boolean isLeft(ClassEntry type, String module) {
    return !folders.contains(folder(module + "/" + type.asInternalName()));
  }

  private boolean isLeft(PackageEntry name, String module) {
    return !folders.contains(module + "/" + name.name().stringValue());
  }

  private static String folder(String path) {
    return path.substring(0, path.lastIndexOf('/'));
  }
}
