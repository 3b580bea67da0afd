package dev.mobilellm.launcher;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.module.ModuleReader;
import java.lang.module.ModuleReference;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * What Java calls restricted: methods after which memory may be corrupted or native code runs. They
 * are found by reading class files, before any of a plugin's code runs, so that nothing fails
 * later.
 */
final class NativeCalls {

  /** The restricted methods of Java 25, by the class that declares them. */
  static final Map<String, Set<String>> RESTRICTED =
      Map.of(
          "java/lang/System", Set.of("load", "loadLibrary"),
          "java/lang/Runtime", Set.of("load", "loadLibrary"),
          "java/lang/ModuleLayer$Controller", Set.of("enableNativeAccess"),
          "java/lang/foreign/AddressLayout", Set.of("withTargetLayout"),
          "java/lang/foreign/Linker", Set.of("downcallHandle", "upcallStub"),
          "java/lang/foreign/MemorySegment", Set.of("reinterpret"),
          "java/lang/foreign/SymbolLookup", Set.of("libraryLookup"));

  private NativeCalls() {}

  /** The first one of a module, as a clause, or empty if there is none. */
  static Optional<String> in(ModuleReference module) {
    try (ModuleReader reader = module.open();
        Stream<String> names = reader.list()) {
      List<String> classes = names.filter(name -> name.endsWith(".class")).sorted().toList();
      for (String name : classes) {
        Optional<String> found = in(parsed(reader, name));
        if (found.isPresent()) {
          return found;
        }
      }
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<String> in(Optional<ClassModel> parsed) {
    return parsed.flatMap(
        type -> {
          String name = type.thisClass().asInternalName().replace('/', '.');
          try {
            return nativeMethod(type)
                .map(method -> "%s has the native method %s".formatted(name, method))
                .or(() -> restricted(type).map(call -> "%s calls %s".formatted(name, call)));
          } catch (IllegalArgumentException damaged) {
            return Optional.empty();
          }
        });
  }

  /** Whoever loads a damaged class is told; here it calls nothing. */
  private static Optional<ClassModel> parsed(ModuleReader reader, String name) throws IOException {
    try (var in = reader.open(name).orElseThrow()) {
      return Optional.of(ClassFile.of().parse(in.readAllBytes()));
    } catch (IllegalArgumentException damaged) {
      return Optional.empty();
    }
  }

  private static Optional<String> nativeMethod(ClassModel type) {
    return type.methods().stream()
        .filter(method -> (method.flags().flagsMask() & ClassFile.ACC_NATIVE) != 0)
        .map(method -> method.methodName().stringValue())
        .findFirst();
  }

  private static Optional<String> restricted(ClassModel type) {
    return StreamSupport.stream(type.constantPool().spliterator(), false)
        .filter(MemberRefEntry.class::isInstance)
        .map(MemberRefEntry.class::cast)
        .filter(
            call ->
                RESTRICTED
                    .getOrDefault(call.owner().asInternalName(), Set.of())
                    .contains(call.name().stringValue()))
        .map(NativeCalls::text)
        .findFirst();
  }

  /** {@code MemorySegment.reinterpret}. */
  private static String text(MemberRefEntry call) {
    String owner = call.owner().asInternalName();
    return owner.substring(owner.lastIndexOf('/') + 1).replace('$', '.')
        + "."
        + call.name().stringValue();
  }
}
