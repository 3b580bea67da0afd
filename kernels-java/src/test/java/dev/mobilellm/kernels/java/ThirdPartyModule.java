package dev.mobilellm.kernels.java;

import dev.mobilellm.spi.device.ComputeDeviceProvider;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A module with one kernel provider, compiled and loaded as a jar in the plugins folder would be.
 *
 * @param name of the module; the provider is its class {@code Kernels}
 * @param directory its classes
 */
record ThirdPartyModule(String name, Path directory) {

  /** Whose kernel counts its runs: every output of a pass is the number of passes so far. */
  static ThirdPartyModule counting(Path parent, String name, int priority, String kind) {
    return compile(
        parent,
        name,
        """
        public String name() { return "%s"; }
        public int priority() { return %d; }
        public boolean supports(Op op) { return op.kind().equals("%s"); }
        public JavaKernel bind(Op op, KernelContext context) {
          Value value = op.outputs().getFirst();
          RowBuffer output = context.buffer(value);
          return new JavaKernel() {
            private int runs;
            public String name() { return "counting"; }
            public void run(Pass pass) {
              runs++;
              for (int row = 0; row < pass.rows(value.rows()); row++) {
                long bytes = 4L * value.width();
                var memory = MemorySegment.ofAddress(output.row(row)).reinterpret(bytes);
                for (int i = 0; i < value.width(); i++) {
                  memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, runs);
                }
              }
            }
          };
        }
        """
            .formatted(name, priority, kind));
  }

  /** Whose provider cannot be made. */
  static ThirdPartyModule broken(Path parent, String name) {
    return compile(
        parent,
        name,
        """
        public Kernels() { throw new UnsupportedOperationException("no such processor"); }
        public String name() { return "broken"; }
        public boolean supports(Op op) { return false; }
        public JavaKernel bind(Op op, KernelContext context) { return null; }
        """);
  }

  private static ThirdPartyModule compile(Path parent, String name, String members) {
    try {
      Path sources = parent.resolve(name + "-src");
      Path unit = sources.resolve(name.replace('.', '/')).resolve("Kernels.java");
      Files.createDirectories(unit.getParent());
      Path descriptor = sources.resolve("module-info.java");
      Files.writeString(
          descriptor,
          """
          module %1$s {
            requires dev.mobilellm.kernels.java;
            provides dev.mobilellm.kernels.java.spi.JavaKernelProvider with %1$s.Kernels;
          }
          """
              .formatted(name));
      Files.writeString(
          unit,
          """
          package %s;
          import dev.mobilellm.kernels.java.spi.*;
          import dev.mobilellm.spi.graph.*;
          import java.lang.foreign.*;
          public final class Kernels implements JavaKernelProvider {
          %s
          }
          """
              .formatted(name, members));
      Path classes = Files.createDirectories(parent.resolve(name));
      javac("-p", modulePath(), "-d", classes.toString(), descriptor.toString(), unit.toString());
      return new ThirdPartyModule(name, classes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void javac(String... arguments) {
    StringWriter said = new StringWriter();
    PrintWriter writer = new PrintWriter(said);
    int code = ToolProvider.findFirst("javac").orElseThrow().run(writer, writer, arguments);
    if (code != 0) {
      throw new IllegalStateException("javac: " + said);
    }
  }

  /** Where the SPI and this device are. */
  static String modulePath() {
    return Stream.of("dev.mobilellm.spi", "dev.mobilellm.kernels.java")
        .map(module -> location(module).toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** The folder or jar of a module of this JVM. */
  static Path location(String module) {
    return Path.of(
        ModuleLayer.boot()
            .configuration()
            .findModule(module)
            .flatMap(resolved -> resolved.reference().location())
            .orElseThrow());
  }

  /** A layer of this module above the application's. */
  ModuleLayer load() {
    return load(ModuleFinder.of(directory)).layer();
  }

  /** The provider of a second device, which lies in one layer with this module. */
  ComputeDeviceProvider loadBesideTheDevice() throws ReflectiveOperationException {
    String device = "dev.mobilellm.kernels.java";
    ModuleLayer.Controller controller = load(ModuleFinder.of(directory, location(device)));
    Class<?> provider =
        controller.layer().findLoader(device).loadClass(JavaDeviceProvider.class.getName());
    controller.addExports(
        provider.getModule(), provider.getPackageName(), ThirdPartyModule.class.getModule());
    return (ComputeDeviceProvider) provider.getConstructor().newInstance();
  }

  @SuppressWarnings("restricted") // kernels work on addresses
  private ModuleLayer.Controller load(ModuleFinder finder) {
    ModuleLayer boot = ModuleLayer.boot();
    var configuration =
        boot.configuration().resolveAndBind(finder, ModuleFinder.of(), Set.of(name));
    ModuleLayer.Controller controller =
        ModuleLayer.defineModulesWithOneLoader(
            configuration, List.of(boot), ClassLoader.getSystemClassLoader());
    controller.layer().modules().forEach(controller::enableNativeAccess);
    return controller;
  }
}
