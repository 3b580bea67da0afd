package dev.mobilellm.architecture;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.spi.Plugin;
import java.lang.module.ModuleDescriptor.Opens;
import java.lang.module.ModuleDescriptor.Provides;
import java.lang.reflect.Modifier;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the module descriptors say. */
final class DescriptorsTest {

  static List<ProjectModule> modules() {
    return Repository.modules();
  }

  static List<ProjectModule> plugins() {
    return DependencyRulesTest.plugins();
  }

  @ParameterizedTest
  @MethodSource("plugins")
  void pluginsExportNothingAndProvideSomething(ProjectModule plugin) {
    assertEquals(
        List.of(),
        plugin.exportedPackages(),
        "a plugin is reached through its services only, so that it can change alone");
    assertFalse(
        plugin.descriptor().provides().isEmpty(),
        "a plugin that provides no service is never found");
  }

  @ParameterizedTest
  @MethodSource("modules")
  void nothingIsOpenToAll(ProjectModule module) {
    assertFalse(module.descriptor().isOpen(), "an open module hides nothing");
    assertEquals(
        List.of(),
        module.descriptor().opens().stream()
            .filter(opens -> !opens.isQualified())
            .map(Opens::source)
            .toList(),
        "open a package to the library that needs it, not to all");
  }

  @ParameterizedTest
  @MethodSource("modules")
  void packagesAreNamedAfterTheirModule(ProjectModule module) {
    assertEquals(
        List.of(),
        module.codePackages().stream()
            .filter(name -> !(name + ".").startsWith(module.name() + "."))
            .toList(),
        "packages of another name than the module's: the rules tell modules by package");
  }

  @Test
  void packagesAreNotSplit() {
    Map<String, ProjectModule> owners = new HashMap<>();
    for (ProjectModule module : Repository.modules()) {
      for (String name : module.descriptor().packages()) {
        ProjectModule other = owners.put(name, module);
        assertEquals(
            Optional.empty(),
            Optional.ofNullable(other),
            name + " is also in " + module + ", and the JVM refuses to start with both");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("modules")
  void versionsAreRecorded(ProjectModule module) {
    Optional<String> version = Optional.of(Repository.version());

    assertEquals(version, module.descriptor().rawVersion(), "the module's own version");
    assertAll(
        module.ownRequires().stream()
            .map(
                requires ->
                    () ->
                        assertEquals(
                            version,
                            requires.rawCompiledVersion(),
                            "the version of "
                                + requires.name()
                                + " that it was compiled against, by which plugins of another"
                                + " SPI are refused")));
  }

  @ParameterizedTest
  @MethodSource("modules")
  void providersCanBeMade(ProjectModule module) throws ReflectiveOperationException {
    for (Provides provides : module.descriptor().provides()) {
      for (String provider : provides.providers()) {
        Class<?> type = load(provider);
        assertTrue(Modifier.isPublic(type.getModifiers()), provider + " must be public");
        assertTrue(
            Modifier.isPublic(type.getDeclaredConstructor().getModifiers()),
            provider + " must have a public constructor without parameters");
        assertTrue(
            load(provides.service()).isAssignableFrom(type),
            provider + " must be a " + provides.service());
      }
    }
  }

  @Test
  void pluginNamesAreUniquePerService() throws ReflectiveOperationException {
    Map<String, String> owners = new HashMap<>();
    for (ProjectModule module : Repository.modules()) {
      for (Provides provides : module.descriptor().provides()) {
        for (String provider : provides.providers()) {
          if (load(provider).getDeclaredConstructor().newInstance() instanceof Plugin plugin) {
            String other = owners.put(provides.service() + " \"" + plugin.name() + "\"", provider);
            assertEquals(
                Optional.empty(),
                Optional.ofNullable(other),
                () -> provider + " has the name of another: users could not tell them apart");
            assertTrue(
                plugin.name().matches("[a-z0-9]+([-.][a-z0-9]+)*"),
                () -> "\"" + plugin.name() + "\" is no name that is easily typed");
            assertTrue(
                plugin.priority() <= 100,
                () -> provider + " leaves no room for third parties, which start above 100");
          }
        }
      }
    }
    assertTrue(owners.size() >= 10, () -> "only these plugins were found: " + owners);
  }

  private static Class<?> load(String name) throws ClassNotFoundException {
    return Class.forName(name);
  }
}
