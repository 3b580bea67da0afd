package dev.mobilellm.image;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import jdk.tools.jlink.internal.Main;
import jdk.tools.jlink.internal.PluginRepository;

/**
 * Links the application's modules and a Java into one folder. The launcher's build runs it from its
 * sources, see docs/image.md.
 */
final class BuildImage {

  /** What a plugin of somebody else may require beside what the application needs itself. */
  private static final List<String> JDK_MODULES =
      List.of(
          "java.instrument",
          "java.logging",
          "java.management",
          "java.naming",
          "java.prefs",
          "java.scripting",
          "java.sql",
          "jdk.httpserver",
          "jdk.incubator.vector",
          "jdk.management",
          "jdk.net",
          "jdk.nio.mapmode",
          "jdk.unsupported",
          "jdk.zipfs");

  /** Windows, sound and pictures: charts are drawn without them. */
  private static final List<String> UNUSED_FILES =
      List.of(
          "**awt_xawt.*",
          "**splashscreen.*",
          "**jsound.*",
          "**javajpeg.*",
          "**mlib_image.*",
          "**lcms.*",
          "**jawt.*",
          "**/psfont*",
          "**/jexec",
          "**/jrt-fs.jar",
          "**/classlist");

  private BuildImage() {}

  /**
   * Builds the image.
   *
   * @param arguments the platform; the folder to make; a class path of the modules; the folder of
   *     files that come as they are; and a folder for what comes between. The property jmods may
   *     name the jmods folder of that platform's JDK; if it is empty, the image gets this JDK.
   */
  public static void main(String[] arguments) throws IOException {
    Platform platform = Platform.named(arguments[0]);
    Path image = Path.of(arguments[1]);
    List<Path> jars = paths(arguments[2]);
    Path files = Path.of(arguments[3]);
    Path work = Path.of(arguments[4]);
    String jmods = System.getProperty("jmods", "");
    delete(image);
    delete(work);

    Path lib = Files.createDirectories(image.resolve("lib"));
    ModuleJars modules = ModuleJars.withDescriptors(jars, Files.createDirectories(work));
    link(image.resolve("runtime"), modules, jmods, new ImageContents(platform, lib));
    copy(files, image);
    Files.copy(files.resolve("../../../../LICENSE").normalize(), image.resolve("LICENSE"));
    if (jmods.isEmpty()) {
      Symbols.strip(image, platform);
      new StartUpCache(image, platform).train();
    }
    System.out.printf("%s has %.1f MB%n", image, size(image) / 1e6);
  }

  private static void link(Path runtime, ModuleJars modules, String jmods, ImageContents contents) {
    PluginRepository.registerPlugin(contents);
    List<String> roots = Stream.concat(modules.names().stream(), JDK_MODULES.stream()).toList();
    List<String> path = new ArrayList<>(jmods.isEmpty() ? List.of() : List.of(jmods));
    modules.paths().forEach(jar -> path.add(jar.toString()));
    int code =
        Main.run(
            new PrintWriter(System.out, true),
            new PrintWriter(System.err, true),
            "--" + contents.getName(),
            "--module-path",
            String.join(java.io.File.pathSeparator, path),
            "--add-modules",
            String.join(",", roots),
            "--strip-java-debug-attributes",
            "--no-header-files",
            "--no-man-pages",
            "--compress",
            "zip-9",
            "--exclude-resources",
            "glob:**/doc-files/**",
            "--exclude-files",
            String.join(",", UNUSED_FILES),
            "--output",
            runtime.toString());
    if (code != 0) {
      throw new IllegalStateException("jlink failed with exit code " + code);
    }
  }

  private static List<Path> paths(String classPath) {
    return Stream.of(classPath.split(java.io.File.pathSeparator)).map(Path::of).toList();
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> found = Files.walk(from)) {
      for (Path file : found.filter(Files::isRegularFile).toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        Files.createDirectories(target.getParent());
        Files.copy(file, target, StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }

  private static long size(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes ignored)
              throws IOException {
            // Windows deletes no file that is marked as read-only, and jlink marks licences so.
            file.toFile().setWritable(true);
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, IOException failure)
              throws IOException {
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
