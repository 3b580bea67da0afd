package dev.mobilellm.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.spi.Plugin;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Builder;
import java.lang.module.ModuleDescriptor.Provides;
import java.lang.module.ModuleDescriptor.Version;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the module descriptors say, and that each rule about them can be broken. */
final class DescriptorsTest {

  private static final List<String> NONE = List.of();

  /** Not public, without a usable constructor, badly named. */
  private record Odd(String name, int priority) implements Plugin {}

  static List<ProjectModule> modules() {
    return Repository.modules();
  }

  static List<ProjectModule> plugins() {
    return DependencyRulesTest.plugins();
  }

  @ParameterizedTest
  @MethodSource("plugins")
  void pluginsExportNothingAndProvideSomething(ProjectModule plugin) {
    assertEquals(NONE, DescriptorRules.plugin(plugin));
  }

  @Test
  void anExportIsNoticed() {
    assertBreach("exports p", DescriptorRules.plugin(module(named("m").exports("p"))));
    assertBreach("provides no service", DescriptorRules.plugin(module(named("m"))));
  }

  @ParameterizedTest
  @MethodSource("modules")
  void nothingIsOpenToAll(ProjectModule module) {
    assertEquals(NONE, DescriptorRules.openToAll(module));
  }

  @Test
  void anOpenPackageIsNoticed() {
    assertBreach("opens p to all", DescriptorRules.openToAll(module(named("m").opens("p"))));
    assertBreach(
        "is an open module",
        DescriptorRules.openToAll(module(ModuleDescriptor.newOpenModule("m"))));
    assertEquals(NONE, DescriptorRules.openToAll(module(named("m").opens("p", Set.of("library")))));
  }

  @ParameterizedTest
  @MethodSource("modules")
  void packagesAreNamedAfterTheirModule(ProjectModule module) {
    assertEquals(NONE, DescriptorRules.packageNames(module.name(), module.codePackages()));
  }

  @Test
  void anotherPackageIsNoticed() {
    assertBreach("a.bc is in a.b", DescriptorRules.packageNames("a.b", List.of("a.b", "a.bc")));
  }

  @Test
  void packagesAreNotSplit() {
    assertEquals(NONE, DescriptorRules.splitPackages(modules()));
  }

  @Test
  void aSplitPackageIsNoticed() {
    assertBreach(
        "p is in one and in two",
        DescriptorRules.splitPackages(
            List.of(
                module(named("one").packages(Set.of("p"))),
                module(named("two").packages(Set.of("p"))))));
  }

  @ParameterizedTest
  @MethodSource("modules")
  void versionsAreRecorded(ProjectModule module) {
    assertEquals(NONE, DescriptorRules.versions(module, Repository.version()));
  }

  @Test
  void aMissingVersionIsNoticed() {
    Builder builder = named("m").requires(Set.of(), "dev.mobilellm.spi", Version.parse("0.9"));
    List<String> breaches = DescriptorRules.versions(module(builder), "1.0");
    assertEquals(2, breaches.size(), breaches.toString());
    assertTrue(breaches.get(0).contains("m has the version"), breaches.toString());
    assertTrue(breaches.get(1).contains("0.9"), breaches.toString());
  }

  @ParameterizedTest
  @MethodSource("modules")
  void providersCanBeMade(ProjectModule module) throws ClassNotFoundException {
    for (Provides provides : module.descriptor().provides()) {
      Class<?> service = Class.forName(provides.service());
      for (String provider : provides.providers()) {
        assertEquals(NONE, DescriptorRules.provider(service, Class.forName(provider)));
      }
    }
  }

  @Test
  void aProviderThatCannotBeMadeIsNoticed() {
    List<String> breaches = DescriptorRules.provider(Runnable.class, Odd.class);
    assertEquals(3, breaches.size(), breaches.toString());
  }

  @Test
  void pluginNamesAreUniquePerService() throws ReflectiveOperationException {
    Map<String, String> owners = new HashMap<>();
    List<String> breaches = new ArrayList<>();
    for (ProjectModule module : modules()) {
      for (Provides provides : module.descriptor().provides()) {
        for (String provider : provides.providers()) {
          Object made = Class.forName(provider).getDeclaredConstructor().newInstance();
          if (made instanceof Plugin plugin) {
            breaches.addAll(DescriptorRules.names(owners, provides.service(), plugin));
          }
        }
      }
    }
    assertEquals(NONE, breaches);
    assertTrue(owners.size() >= 20, () -> "only these plugins were found: " + owners);
  }

  @Test
  void anOddNameIsNoticed() {
    Map<String, String> owners = new HashMap<>();
    assertEquals(NONE, DescriptorRules.names(owners, "sampler", new Odd("top-p", 0)));
    assertEquals(NONE, DescriptorRules.names(owners, "processor", new Odd("top-p", 100)));
    assertBreach("has the name of", DescriptorRules.names(owners, "sampler", new Odd("top-p", 0)));
    assertBreach("easily typed", DescriptorRules.names(owners, "sampler", new Odd("Top P", 0)));
    assertBreach("priority 101", DescriptorRules.names(owners, "sampler", new Odd("x", 101)));
  }

  private static void assertBreach(String part, List<String> breaches) {
    assertEquals(1, breaches.stream().filter(b -> b.contains(part)).count(), breaches.toString());
  }

  private static Builder named(String name) {
    return ModuleDescriptor.newModule(name);
  }

  private static ProjectModule module(Builder builder) {
    return new ProjectModule("plugins/example", builder.build());
  }
}
