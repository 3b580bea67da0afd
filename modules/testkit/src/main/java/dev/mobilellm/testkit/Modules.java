package dev.mobilellm.testkit;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Modules of somebody else, compiled while a test runs: for devices that take kernels from other
 * modules, and whatever else loads plugins.
 */
public final class Modules {

  private Modules() {}

  /**
   * Compiles with the JDK that runs the test.
   *
   * @param sources text by path, as a rule {@code module-info.java} among them
   * @param classes the folder to make; the sources are written beside it, to {@code classes-src}
   * @param modulePath what the sources may require besides the JDK, as {@link #path} gives it
   * @param options more of javac's
   * @return the folder of the classes
   * @throws IllegalArgumentException if they do not compile; it says what javac says
   */
  public static Path compile(
      Map<String, String> sources, Path classes, String modulePath, String... options) {
    List<String> arguments = new ArrayList<>(List.of(options));
    arguments.addAll(List.of("-p", modulePath, "-d", classes.toString()));
    Path folder = classes.resolveSibling(classes.getFileName() + "-src");
    try {
      Files.createDirectories(classes);
      for (Map.Entry<String, String> source : sources.entrySet()) {
        Path file = folder.resolve(source.getKey());
        Files.createDirectories(file.getParent());
        arguments.add(Files.writeString(file, source.getValue()).toString());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    run("javac", arguments);
    return classes;
  }

  /**
   * Packs what was compiled.
   *
   * @param jar the file to write; its folder is made
   * @return the file
   */
  public static Path pack(Path classes, Path jar) {
    try {
      Files.createDirectories(jar.toAbsolutePath().getParent());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    run("jar", List.of("--create", "--file", jar.toString(), "-C", classes.toString(), "."));
    return jar;
  }

  private static void run(String tool, List<String> arguments) {
    StringWriter said = new StringWriter();
    PrintWriter writer = new PrintWriter(said);
    int code =
        ToolProvider.findFirst(tool)
            .orElseThrow()
            .run(writer, writer, arguments.toArray(String[]::new));
    if (code != 0) {
      throw new IllegalArgumentException(tool + " says: " + said);
    }
  }

  /** A module path on which modules of this JVM are found. */
  public static String path(String... modules) {
    return Stream.of(modules)
        .map(module -> location(module).toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** The jar or folder of a module of this JVM. */
  public static Path location(String module) {
    return ModuleLayer.boot()
        .configuration()
        .findModule(module)
        .flatMap(resolved -> resolved.reference().location())
        .map(Path::of)
        .orElseThrow(() -> new IllegalArgumentException("this JVM has no module " + module));
  }
}
