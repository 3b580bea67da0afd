package dev.mobilellm.kernels.java;

import dev.mobilellm.spi.device.ComputeDeviceProvider;
import dev.mobilellm.testkit.Modules;
import java.lang.module.ModuleFinder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A module with one kernel provider, compiled and loaded as a jar in the plugins folder would be.
 *
 * @param name of the module; the provider is its class {@code Kernels}
 * @param directory its classes
 */
record ThirdPartyModule(String name, Path directory) {

  private static final String DEVICE = "dev.mobilellm.kernels.java";

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
    Map<String, String> sources =
        Map.of(
            "module-info.java",
            """
            module %1$s {
              requires dev.mobilellm.kernels.java;
              provides dev.mobilellm.kernels.java.spi.JavaKernelProvider with %1$s.Kernels;
            }
            """
                .formatted(name),
            name.replace('.', '/') + "/Kernels.java",
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
    return new ThirdPartyModule(name, Modules.compile(sources, parent.resolve(name), modulePath()));
  }

  /** Where the SPI and this device are. */
  static String modulePath() {
    return Modules.path("dev.mobilellm.spi", DEVICE);
  }

  /** A layer of this module above the application's. */
  ModuleLayer load() {
    return load(ModuleFinder.of(directory)).layer();
  }

  /** The provider of a second device, which lies in one layer with this module. */
  ComputeDeviceProvider loadBesideTheDevice() throws ReflectiveOperationException {
    ModuleLayer.Controller controller = load(ModuleFinder.of(directory, Modules.location(DEVICE)));
    Class<?> provider =
        controller.layer().findLoader(DEVICE).loadClass(JavaDeviceProvider.class.getName());
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
