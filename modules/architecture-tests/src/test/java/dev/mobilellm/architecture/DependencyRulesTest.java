package dev.mobilellm.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Who may know whom. */
final class DependencyRulesTest {

  private static final String ALL = "dev.mobilellm..";
  private static final String SPI = "dev.mobilellm.spi..";
  private static final String CHECKPOINT = "dev.mobilellm.checkpoint..";

  /** A library and the only packages that may use it. */
  record Confined(String library, List<String> packages, List<String> owners, String reason) {
    @Override
    public String toString() {
      return library;
    }
  }

  static List<Confined> libraries() {
    return List.of(
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
            List.of("dev.mobilellm.launcher.bench.."),
            "only one command draws"),
        new Confined(
            "JUnit",
            List.of("org.junit.."),
            List.of("dev.mobilellm.testkit.."),
            "the application carries no tests"));
  }

  static List<ProjectModule> plugins() {
    return Repository.modules().stream().filter(ProjectModule::isPlugin).toList();
  }

  static List<ProjectModule> devices() {
    return Repository.modules().stream().filter(ProjectModule::isDevice).toList();
  }

  @Test
  void spiDependsOnJavaAlone() {
    classes()
        .that()
        .resideInAPackage(SPI)
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("java..", SPI)
        .because("who compiles a plugin against it must not inherit a library from it")
        .check(ProjectClasses.ALL);
  }

  @ParameterizedTest
  @MethodSource("plugins")
  void pluginsKnowTheSpiAndFilesOnly(ProjectModule plugin) {
    noClasses()
        .that()
        .resideInAPackage(plugin.packages())
        .should()
        .dependOnClassesThat(
            resideInAPackage(ALL).and(resideOutsideOfPackages(plugin.packages(), SPI, CHECKPOINT)))
        .because(
            "a plugin can be removed or replaced alone only if it knows neither the runtime, nor"
                + " the launcher, nor a device, nor another plugin")
        .check(ProjectClasses.ALL);
  }

  @ParameterizedTest
  @MethodSource("devices")
  void devicesKnowTheSpiOnly(ProjectModule device) {
    noClasses()
        .that()
        .resideInAPackage(device.packages())
        .should()
        .dependOnClassesThat(
            resideInAPackage(ALL).and(resideOutsideOfPackages(device.packages(), SPI)))
        .because("a device runs recorded programs, wherever they and their weights come from")
        .check(ProjectClasses.ALL);
  }

  @Test
  void nobodyDependsOnWhatIsNotAPart() {
    noClasses()
        .that()
        .resideOutsideOfPackages("dev.mobilellm.testkit..", "dev.mobilellm.benchmarks..")
        .should()
        .dependOnClassesThat(
            resideInAnyPackage("dev.mobilellm.testkit..", "dev.mobilellm.benchmarks.."))
        .because("both are not in the application")
        .check(ProjectClasses.ALL);
  }

  @Test
  void packagesHaveNoCycles() {
    slices()
        .matching("dev.mobilellm.(**)")
        .should()
        .beFreeOfCycles()
        .because("packages that know each other are one package under several names")
        .check(ProjectClasses.ALL);
  }

  @ParameterizedTest
  @MethodSource("libraries")
  void librariesStayWhereTheyBelong(Confined confined) {
    noClasses()
        .that(resideOutsideOfPackages(confined.owners().toArray(String[]::new)))
        .should()
        .dependOnClassesThat(resideInAnyPackage(confined.packages().toArray(String[]::new)))
        .because(confined.reason())
        .check(ProjectClasses.ALL);
  }

  @Test
  void servicesAreFoundByTheRegistriesOnly() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName("dev.mobilellm.runtime.plugins.PluginRegistry")
        .and()
        .doNotHaveFullyQualifiedName("dev.mobilellm.kernels.java.KernelRegistry")
        .and()
        .doNotHaveFullyQualifiedName("dev.mobilellm.kernels.opencl.kernels.KernelRegistry")
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.util.ServiceLoader")
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.util.ServiceLoader$Provider")
        .because(
            "plugins of third-party layers, names, priorities and broken jars are handled in one"
                + " place; a device finds its own kernels likewise")
        .check(ProjectClasses.ALL);
  }
}
