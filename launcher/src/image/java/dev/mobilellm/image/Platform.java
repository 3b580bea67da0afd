package dev.mobilellm.image;

import java.util.List;
import java.util.stream.Stream;

/** What an image is built for, and how others spell it. */
enum Platform {
  LINUX_X86_64("linux-x86_64", "linux-x86_64", "linux/x64", ".so"),
  LINUX_AARCH64("linux-aarch64", "linux-aarch64", "linux/arm64", ".so"),
  MACOS_AARCH64("macos-aarch64", "osx-aarch64", "macos/arm64", ".dylib"),
  WINDOWS_X86_64("windows-x86_64", "win-x86_64", "windows/x64", ".dll");

  /** As LWJGL's packages begin. */
  private static final List<String> SYSTEMS = List.of("linux", "macos", "windows", "freebsd");

  private static final List<String> LIBRARIES = List.of(".so", ".dylib", ".jnilib", ".dll");

  private final String id;
  private final String system;
  private final List<String> folders;
  private final String library;

  /**
   * @param djl the folder below native/lib in the jars of DJL
   * @param lwjgl the folder in the jars of LWJGL
   */
  Platform(String id, String djl, String lwjgl, String library) {
    this.id = id;
    this.system = lwjgl.substring(0, lwjgl.indexOf('/'));
    this.folders = List.of("native/lib/" + djl + "/", lwjgl + "/");
    this.library = library;
  }

  static Platform named(String id) {
    return Stream.of(values())
        .filter(platform -> platform.id.equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "There is no image for the platform \"%s\"; choose one of %s with -P and -Djmods."
                        .formatted(id, Stream.of(values()).map(p -> p.id).toList())));
  }

  /** The file name of a command. */
  String command(String name) {
    return this == WINDOWS_X86_64 ? name + ".exe" : name;
  }

  boolean isLinux() {
    return this == LINUX_X86_64 || this == LINUX_AARCH64;
  }

  /**
   * Whether a resource is LWJGL's for another system.
   *
   * @param path module and path
   */
  boolean isForeign(String path) {
    return SYSTEMS.stream()
        .filter(other -> !other.equals(system))
        .anyMatch(other -> path.startsWith("org.lwjgl/org/lwjgl/system/" + other));
  }

  /** Whether a resource of a module is a native library of any platform. */
  static boolean isLibrary(String resource) {
    return LIBRARIES.stream().anyMatch(resource::endsWith);
  }

  /** Whether it is one that this platform needs. */
  boolean needs(String resource) {
    return resource.endsWith(library) && folders.stream().anyMatch(resource::startsWith);
  }
}
