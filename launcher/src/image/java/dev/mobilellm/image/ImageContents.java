package dev.mobilellm.image;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.attribute.ModuleResolutionAttribute;
import java.lang.constant.ClassDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jdk.tools.jlink.plugin.Plugin;
import jdk.tools.jlink.plugin.ResourcePool;
import jdk.tools.jlink.plugin.ResourcePoolBuilder;
import jdk.tools.jlink.plugin.ResourcePoolEntry;

/**
 * What of the modules comes into the image, and how.
 *
 * <ul>
 *   <li>What is {@link Unused} stays away, and descriptors name no package of which nothing is
 *       left.
 *   <li>Native libraries become files, so that nothing has to be unpacked where it runs.
 *   <li>The licences that a jar holds go where those of the JDK's modules are.
 *   <li>Classes of Java 5 and older get the stack maps that newer ones have: the JVM keeps no
 *       prepared form of the others.
 *   <li>The Vector API's module loses the mark "incubating", see docs/decisions/0013.
 * </ul>
 */
final class ImageContents implements Plugin {

  private static final String VECTOR_API = "jdk.incubator.vector";
  private static final String DESCRIPTOR = "/module-info.class";
  private static final int DO_NOT_RESOLVE_BY_DEFAULT = 1;

  private final Platform platform;
  private final Path libraries;

  /**
   * @param libraries the folder for native libraries
   */
  ImageContents(Platform platform, Path libraries) {
    this.platform = platform;
    this.libraries = libraries;
  }

  @Override
  public String getName() {
    return "image-contents";
  }

  @Override
  public String getDescription() {
    return "Chooses and adapts what comes into the image.";
  }

  /** First: other plugins copy what descriptors say. */
  @Override
  public Category getType() {
    return Category.FILTER;
  }

  @Override
  public boolean hasArguments() {
    return false;
  }

  @Override
  public ResourcePool transform(ResourcePool in, ResourcePoolBuilder out) {
    ClassFile withStackMaps =
        ClassFile.of(
            StackMapsOption.GENERATE_STACK_MAPS, ClassHierarchyResolverOption.of(resolver(in)));
    List<ResourcePoolEntry> kept =
        in.entries().flatMap(entry -> kept(entry, withStackMaps)).toList();
    LostPackages lost = LostPackages.between(in.entries().toList(), kept);
    kept.stream()
        .map(entry -> entry.path().endsWith(DESCRIPTOR) ? lost.without(unmarked(entry)) : entry)
        .forEach(out::add);
    return out.build();
  }

  private Stream<ResourcePoolEntry> kept(ResourcePoolEntry entry, ClassFile withStackMaps) {
    String path = entry.path().substring(1);
    String resource = path.substring(path.indexOf('/') + 1);
    if (Unused.contains(path, platform)) {
      return Stream.of();
    }
    if (isOfJava(entry)) {
      return Stream.of(entry);
    }
    if (Platform.isLibrary(resource)) {
      if (platform.needs(resource)) {
        write(entry, resource.substring(resource.lastIndexOf('/') + 1));
      }
      return Stream.of();
    }
    if (Licences.isLicence(resource)) {
      Stream<ResourcePoolEntry> notice = Stream.of(Licences.notice(entry, resource));
      return Licences.isShown(resource) ? Stream.concat(notice, Stream.of(entry)) : notice;
    }
    return Stream.of(resource.endsWith(".class") ? modern(entry, withStackMaps) : entry);
  }

  private static boolean isOfJava(ResourcePoolEntry entry) {
    return entry.moduleName().startsWith("java.") || entry.moduleName().startsWith("jdk.");
  }

  private void write(ResourcePoolEntry entry, String name) {
    try {
      Files.write(libraries.resolve(name), entry.contentBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ResourcePoolEntry unmarked(ResourcePoolEntry descriptor) {
    if (!descriptor.moduleName().equals(VECTOR_API)) {
      return descriptor;
    }
    ClassFile format = ClassFile.of();
    return descriptor.copyWithContent(
        format.transformClass(
            format.parse(descriptor.contentBytes()),
            (builder, element) ->
                builder.with(
                    element instanceof ModuleResolutionAttribute
                        ? ModuleResolutionAttribute.of(DO_NOT_RESOLVE_BY_DEFAULT)
                        : element)));
  }

  private static ResourcePoolEntry modern(ResourcePoolEntry entry, ClassFile withStackMaps) {
    byte[] bytes = entry.contentBytes();
    int major = (bytes[6] & 0xFF) << 8 | bytes[7] & 0xFF;
    if (major >= ClassFile.JAVA_6_VERSION) {
      return entry;
    }
    ClassTransform transform =
        (builder, element) -> {
          switch (element) {
            case ClassFileVersion _ -> builder.withVersion(ClassFile.JAVA_8_VERSION, 0);
            case MethodModel method ->
                builder.transformMethod(
                    method, MethodTransform.transformingCode(CodeTransform.ACCEPT_ALL));
            default -> builder.with(element);
          }
        };
    return entry.copyWithContent(
        withStackMaps.transformClass(withStackMaps.parse(bytes), transform));
  }

  /** Where paths of a method meet, a stack map needs the common superclass. */
  private static ClassHierarchyResolver resolver(ResourcePool pool) {
    Map<String, String> modules =
        pool.moduleView()
            .modules()
            .flatMap(
                module -> module.packages().stream().map(name -> Map.entry(name, module.name())))
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (a, b) -> a));
    return ClassHierarchyResolver.ofResourceParsing(type -> content(pool, modules, type)).cached();
  }

  private static InputStream content(
      ResourcePool pool, Map<String, String> modules, ClassDesc type) {
    String module = modules.get(type.packageName());
    String path = type.descriptorString().substring(1).replace(';', '.') + "class";
    return module == null
        ? null
        : pool.findEntry("/" + module + "/" + path).map(ResourcePoolEntry::content).orElse(null);
  }
}
