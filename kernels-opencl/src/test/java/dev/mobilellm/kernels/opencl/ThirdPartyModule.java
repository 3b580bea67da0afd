package dev.mobilellm.kernels.opencl;

import dev.mobilellm.testkit.Modules;
import java.lang.module.ModuleFinder;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/**
 * A module with one kernel provider, compiled and loaded as a jar in the plugins folder would be.
 */
final class ThirdPartyModule {

  private ThirdPartyModule() {}

  /**
   * Whose kernel runs operations with two inputs, or one that is taken twice.
   *
   * @param kind of the operations
   * @param formula of the output: of {@code a} and {@code b}, or anything that is no OpenCL
   * @param group work-items of a group
   */
  static ModuleLayer load(
      Path parent, String name, int priority, String kind, String formula, int group) {
    return load(
        parent,
        name,
        """
        public String name() { return "%s"; }
        public int priority() { return %d; }
        public boolean supports(Op op) { return op.kind().equals("%s"); }
        public OpenClKernel kernel(Op op) {
          Value output = op.outputs().getFirst();
          return new OpenClKernel(
              "%s",
              "kernel void combine(global const float *left, global const float *right,"
                  + " global float *output, int width, int rows) {"
                  + " int i = get_global_id(0); int row = get_global_id(1);"
                  + " if (i < width && row < rows) {"
                  + " float a = left[row * width + i]; float b = right[row * width + i];"
                  + " output[row * width + i] = %s; } }",
              "combine",
              List.of(
                  new Argument.Rows(op.inputs().getFirst()),
                  new Argument.Rows(op.inputs().getLast()),
                  new Argument.Rows(output),
                  new Argument.Int(output.width()),
                  new Argument.RowCount(output.rows())),
              new Grid(output.width(), %d, output.rows()));
        }
        """
            .formatted(name, priority, kind, name, formula, group));
  }

  private static ModuleLayer load(Path parent, String name, String members) {
    Map<String, String> sources =
        Map.of(
            "module-info.java",
            """
            module %1$s {
              requires dev.mobilellm.kernels.opencl;
              provides dev.mobilellm.kernels.opencl.spi.OpenClKernelProvider with %1$s.Kernels;
            }
            """
                .formatted(name),
            name.replace('.', '/') + "/Kernels.java",
            """
            package %s;
            import dev.mobilellm.kernels.opencl.spi.*;
            import dev.mobilellm.spi.graph.*;
            import java.util.List;
            public final class Kernels implements OpenClKernelProvider {
            %s
            }
            """
                .formatted(name, members));
    Path classes = Modules.compile(sources, parent.resolve(name), modulePath());
    ModuleLayer boot = ModuleLayer.boot();
    var configuration =
        boot.configuration()
            .resolveAndBind(ModuleFinder.of(classes), ModuleFinder.of(), Set.of(name));
    return boot.defineModulesWithOneLoader(configuration, ClassLoader.getSystemClassLoader());
  }

  /** Where this module and what it needs are. */
  static String modulePath() {
    return Modules.path(
        "dev.mobilellm.spi",
        "dev.mobilellm.kernels.opencl",
        "org.lwjgl",
        "org.lwjgl.natives",
        "org.lwjgl.opencl");
  }
}
