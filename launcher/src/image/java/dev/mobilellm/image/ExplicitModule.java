package dev.mobilellm.image;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.attribute.ModuleAttribute;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.lang.constant.ClassDesc;
import java.lang.constant.ModuleDesc;
import java.lang.constant.PackageDesc;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Provides;
import java.lang.module.ModuleReader;
import java.lang.module.ModuleReference;
import java.lang.reflect.AccessFlag;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Says in a descriptor what an automatic module means: it requires the modules whose classes it
 * names, as far as they are there, exports and opens everything, and provides what its
 * META-INF/services say.
 */
final class ExplicitModule {

  private static final Pattern TYPE = Pattern.compile("L([\\w/$]+);");

  private final ModuleReference module;
  private final Map<String, String> packages;

  /**
   * @param module an automatic module
   * @param packages module names by package
   */
  ExplicitModule(ModuleReference module, Map<String, String> packages) {
    this.module = module;
    this.packages = packages;
  }

  /** The bytes of module-info.class. */
  byte[] descriptor() throws IOException {
    ModuleDescriptor automatic = module.descriptor();
    Set<String> required = required();
    return ClassFile.of()
        .buildModule(
            ModuleAttribute.of(
                ModuleDesc.of(automatic.name()),
                builder -> {
                  builder.moduleFlags(AccessFlag.OPEN);
                  automatic.rawVersion().ifPresent(builder::moduleVersion);
                  builder.requires(ModuleDesc.of("java.base"), List.of(AccessFlag.MANDATED), null);
                  for (String name : required) {
                    builder.requires(ModuleDesc.of(name), List.of(), null);
                  }
                  for (String name : new TreeSet<>(automatic.packages())) {
                    builder.exports(PackageDesc.of(name), List.of());
                  }
                  for (Provides provides : automatic.provides()) {
                    ClassDesc service = ClassDesc.of(provides.service());
                    builder.uses(service);
                    builder.provides(
                        service,
                        provides.providers().stream().map(ClassDesc::of).toArray(ClassDesc[]::new));
                  }
                }));
  }

  private Set<String> required() throws IOException {
    Set<String> required = new TreeSet<>();
    try (ModuleReader reader = module.open()) {
      for (String resource : reader.list().filter(name -> name.endsWith(".class")).toList()) {
        try (InputStream in = reader.open(resource).orElseThrow()) {
          addModules(ClassFile.of().parse(in.readAllBytes()), required);
        }
      }
    }
    required.remove(module.descriptor().name());
    required.remove("java.base");
    return required;
  }

  private void addModules(ClassModel type, Set<String> required) {
    for (PoolEntry entry : type.constantPool()) {
      switch (entry) {
        case ClassEntry named -> addModule(named.asInternalName(), required);
        case Utf8Entry text when text.stringValue().indexOf(';') > 0 -> {
          Matcher types = TYPE.matcher(text.stringValue());
          while (types.find()) {
            addModule(types.group(1), required);
          }
        }
        default -> {}
      }
    }
  }

  private void addModule(String internalName, Set<String> required) {
    int end = internalName.lastIndexOf('/');
    if (end > 0 && !internalName.startsWith("[")) {
      String owner = packages.get(internalName.substring(0, end).replace('/', '.'));
      if (owner != null) {
        required.add(owner);
      }
    }
  }
}
