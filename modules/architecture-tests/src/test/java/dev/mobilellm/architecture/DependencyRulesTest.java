package dev.mobilellm.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.List;

/** Who may know whom. */
final class DependencyRulesTest extends Rules {

  private static final String ALL = "dev.mobilellm..";
  private static final String SPI = "dev.mobilellm.spi..";
  private static final String CHECKPOINT = "dev.mobilellm.checkpoint..";

  /** The registries: of plugins, and of each device's kernels. */
  private static final String SERVICE_LOADERS =
      "dev[.]mobilellm[.](runtime[.]plugins[.]LayerPlugins"
          + "|kernels[.][\\w.]+[.]KernelRegistry|testkit[.]KernelContract)";

  /** A library and the only packages that may use it. */
  private record Confined(
      String library, List<String> packages, List<String> owners, String reason) {}

  private static final List<Confined> LIBRARIES =
      List.of(
          new Confined(
              "Vector API",
              List.of("jdk.incubator.vector.."),
              List.of("dev.mobilellm.kernels.java.."),
              "it is an incubator module: when it changes, one module changes"),
          new Confined(
              "LWJGL",
              List.of("org.lwjgl.."),
              List.of("dev.mobilellm.kernels.opencl.."),
              "only one device needs its native libraries"),
          new Confined(
              "DJL",
              List.of("ai.djl.."),
              List.of("dev.mobilellm.tokenizer.djl.."),
              "a tokenizer is replaced by replacing one plugin"),
          new Confined(
              "jinjava",
              List.of("com.hubspot..", "jinjava.."),
              List.of("dev.mobilellm.template.jinja.."),
              "a template engine is replaced by replacing one plugin"),
          new Confined(
              "Jackson",
              List.of("com.fasterxml.jackson.."),
              List.of(
                  CHECKPOINT,
                  "dev.mobilellm.tokenizer.djl..",
                  "dev.mobilellm.launcher..",
                  "dev.mobilellm.server..",
                  "dev.mobilellm.testkit..",
                  "dev.mobilellm.benchmarks.."),
              "JSON ends where it is read; everything else gets values"),
          new Confined(
              "picocli and JLine",
              List.of("picocli..", "org.jline.."),
              List.of("dev.mobilellm.launcher.."),
              "the runtime is a library and has no command line"),
          new Confined(
              "XChart and Batik",
              List.of("org.knowm..", "org.apache.batik.."),
              List.of("dev.mobilellm.launcher.bench..", "dev.mobilellm.benchmarks.."),
              "only what measures draws"),
          new Confined(
              "JUnit",
              List.of("org.junit.."),
              List.of("dev.mobilellm.testkit.."),
              "the application carries no tests"));

  static List<ProjectModule> plugins() {
    return Repository.modules().stream().filter(ProjectModule::isPlugin).toList();
  }

  static List<ProjectModule> devices() {
    return Repository.modules().stream().filter(ProjectModule::isDevice).toList();
  }

  @Override
  List<Rule> rules() {
    List<Rule> rules = new ArrayList<>();
    rules.add(
        Rule.of(
                "the SPI depends on Java alone",
                spiDependsOnJavaAlone(),
                "package dev.mobilellm.spi; class Leak { org.example.Library library; }")
            .with("package org.example; public class Library {}"));
    for (ProjectModule plugin : plugins()) {
      rules.add(
          Rule.of(
                  plugin + " knows the SPI and files only",
                  pluginKnowsTheSpiAndFilesOnly(plugin),
                  "package %s; class Leak { dev.mobilellm.runtime.Engine engine; }"
                      .formatted(plugin.name()))
              .with("package dev.mobilellm.runtime; public class Engine {}"));
    }
    for (ProjectModule device : devices()) {
      rules.add(
          Rule.of(
                  device + " knows the SPI only",
                  deviceKnowsTheSpiOnly(device),
                  "package %s; class Leak { dev.mobilellm.checkpoint.Files files; }"
                      .formatted(device.name()))
              .with("package dev.mobilellm.checkpoint; public class Files {}"));
    }
    rules.add(
        Rule.of(
                "nobody depends on what is not in the application",
                nobodyDependsOnWhatIsNotAPart(),
                "package dev.mobilellm.launcher; class Leak { dev.mobilellm.testkit.Kit kit; }")
            .with("package dev.mobilellm.testkit; public class Kit {}"));
    rules.add(
        Rule.of(
                "packages have no cycles",
                packagesHaveNoCycles(),
                "package dev.mobilellm.a; public class One { dev.mobilellm.b.Two two; }")
            .with("package dev.mobilellm.b; public class Two { dev.mobilellm.a.One one; }"));
    LIBRARIES.forEach(
        library -> library.packages().forEach(name -> rules.add(confinement(library, name))));
    rules.add(
        Rule.of(
            "services are found by the registries only",
            servicesAreFoundByTheRegistriesOnly(),
            "package dev.mobilellm.runtime; class Leak { Object all ="
                + " java.util.ServiceLoader.load(Runnable.class); }"));
    return rules;
  }

  private static Rule confinement(Confined library, String packages) {
    String name = packages.replace("..", "");
    return Rule.of(
            library.library() + " (" + name + ") stays where it belongs",
            libraryStaysWhereItBelongs(library),
            "package dev.mobilellm.runtime; class Leak { %s.Library library; }".formatted(name))
        .with("package %s; public class Library {}".formatted(name));
  }

  private static ArchRule spiDependsOnJavaAlone() {
    return classes()
        .that()
        .resideInAPackage(SPI)
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("java..", SPI)
        .because("who compiles a plugin against it must not inherit a library from it");
  }

  private static ArchRule pluginKnowsTheSpiAndFilesOnly(ProjectModule plugin) {
    return noClasses()
        .that()
        .resideInAPackage(plugin.packages())
        .should()
        .dependOnClassesThat(
            resideInAPackage(ALL).and(resideOutsideOfPackages(plugin.packages(), SPI, CHECKPOINT)))
        .because(
            "a plugin can be removed or replaced alone only if it knows neither the runtime, nor"
                + " the launcher, nor a device, nor another plugin");
  }

  private static ArchRule deviceKnowsTheSpiOnly(ProjectModule device) {
    return noClasses()
        .that()
        .resideInAPackage(device.packages())
        .should()
        .dependOnClassesThat(
            resideInAPackage(ALL).and(resideOutsideOfPackages(device.packages(), SPI)))
        .because("a device runs recorded programs, wherever they and their weights come from");
  }

  private static ArchRule nobodyDependsOnWhatIsNotAPart() {
    return noClasses()
        .that()
        .resideOutsideOfPackages("dev.mobilellm.testkit..", "dev.mobilellm.benchmarks..")
        .should()
        .dependOnClassesThat(
            resideInAnyPackage("dev.mobilellm.testkit..", "dev.mobilellm.benchmarks.."))
        .because("both are not in the application");
  }

  private static ArchRule packagesHaveNoCycles() {
    return slices()
        .matching("dev.mobilellm.(**)")
        .should()
        .beFreeOfCycles()
        .because("packages that know each other are one package under several names");
  }

  private static ArchRule libraryStaysWhereItBelongs(Confined confined) {
    return noClasses()
        .that(resideOutsideOfPackages(confined.owners().toArray(String[]::new)))
        .should()
        .dependOnClassesThat(resideInAnyPackage(confined.packages().toArray(String[]::new)))
        .because(confined.reason());
  }

  private static ArchRule servicesAreFoundByTheRegistriesOnly() {
    return noClasses()
        .that()
        .haveNameNotMatching(SERVICE_LOADERS)
        .should()
        .dependOnClassesThat()
        .haveNameMatching("java[.]util[.]ServiceLoader([$].*)?")
        .because(
            "plugins of third-party layers, names, priorities and broken jars are handled in one"
                + " place; a device finds its own kernels likewise, and testkit the device that a"
                + " kernel is for");
  }
}
