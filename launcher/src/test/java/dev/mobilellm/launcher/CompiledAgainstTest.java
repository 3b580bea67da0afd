package dev.mobilellm.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mobilellm.runtime.plugins.Found;
import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.runtime.plugins.Service;
import dev.mobilellm.testkit.Modules;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Plugins fit the SPI that they were compiled against: the application's, or a device's. */
class CompiledAgainstTest extends BesideAGoodPlugin {

  private static final String KERNELS = "dev.mobilellm.kernels.java";

  @ParameterizedTest
  @ValueSource(strings = {"99.1", "0.99"})
  void anotherMajorOrNewerMinorSpi(String version) throws IOException {
    Path jar = compiledAgainst(version);
    assertLeftOut(jar, "compiled against version " + version + " of dev.mobilellm.spi", "has 0.");
  }

  @Test
  void anOlderMinorSpiIsFine() throws IOException {
    compiledAgainst("0.0");
    assertEquals(List.of(), registry().problems());
  }

  @Test
  void anotherVersionOfADevicesSpi() throws IOException {
    Path future =
        jars.jar(
            work.resolve("future/kernels.jar"),
            Map.of(
                "module-info.java",
                "module %1$s { exports %1$s.spi; }".formatted(KERNELS),
                "JavaKernelProvider.java",
                "package %s.spi; public interface JavaKernelProvider {}".formatted(KERNELS)),
            List.of(),
            "--module-version",
            "7.0");
    Path jar =
        jars.jar(
            plugins.resolve("kernel.jar"),
            Map.of(
                "module-info.java",
                kernelDescriptor("com.example.kernel"),
                "Kernels.java",
                "package com.example.kernel; public final class Kernels implements"
                    + " %s.spi.JavaKernelProvider {}".formatted(KERNELS)),
            List.of(future));
    assertLeftOut(jar, "compiled against version 7.0 of " + KERNELS);
  }

  @Test
  void aKernelIsListedAndABrokenOneKeptFromTheDevice() throws IOException {
    int layers = registry().layers().size();
    kernel("quick", "");
    PluginRegistry registry = registry();
    Service<?> service = registry.services().getLast();
    assertEquals("java-kernel", service.label());
    assertEquals(List.of("quick"), registry.all(service).stream().map(Found::name).toList());
    assertEquals(layers + 1, registry.layers().size());

    Path broken = kernel("slow", "public Kernels() { throw new IllegalStateException(\"late\"); }");
    assertLeftOut(broken, "java-kernel", "com.example.slow.Kernels", "late");
    assertEquals(layers + 1, registry().layers().size());
    assertEquals("0,0\n", generate("--sampler", "good", "--device", "java").out());
  }

  /** A plugin that needs no more than the interface {@code Plugin}. */
  private Path compiledAgainst(String spiVersion) throws IOException {
    Path spi =
        jars.jar(
            work.resolve(spiVersion + "/spi.jar"),
            Map.of(
                "module-info.java",
                "module dev.mobilellm.spi { exports dev.mobilellm.spi; }",
                "Plugin.java",
                "package dev.mobilellm.spi; public interface Plugin { String name(); }"),
            List.of(),
            "--module-version",
            spiVersion);
    return jars.jar(
        plugins.resolve("other.jar"),
        Map.of(
            "module-info.java",
            "module com.example.other { requires dev.mobilellm.spi; provides"
                + " dev.mobilellm.spi.Plugin with com.example.other.Other; }",
            "Other.java",
            "package com.example.other; public final class Other implements"
                + " dev.mobilellm.spi.Plugin { public String name() { return \"other\"; } }"),
        List.of(spi),
        "--module-version",
        "1");
  }

  private Path kernel(String name, String member) throws IOException {
    String module = "com.example." + name;
    return jars.jar(
        plugins.resolve(name + ".jar"),
        Map.of(
            "module-info.java",
            kernelDescriptor(module),
            "Kernels.java",
            """
            package %s;
            import dev.mobilellm.kernels.java.spi.*;
            import dev.mobilellm.spi.graph.Op;
            public final class Kernels implements JavaKernelProvider {
              %s
              public String name() { return "%s"; }
              public boolean supports(Op op) { return false; }
              public JavaKernel bind(Op op, KernelContext context) { return null; }
            }
            """
                .formatted(module, member, name)),
        List.of(Modules.location(KERNELS)));
  }

  private static String kernelDescriptor(String module) {
    return "module %1$s { requires %2$s; provides %2$s.spi.JavaKernelProvider with %1$s.Kernels; }"
        .formatted(module, KERNELS);
  }
}
