package dev.mobilellm.testkit;

import static org.junit.jupiter.api.Assertions.assertTrue;

/** What the name of every plugin must look like. */
final class PluginNames {

  private PluginNames() {}

  static void assertTypable(String name) {
    assertTrue(
        name.matches("[a-z0-9][a-z0-9.-]*"),
        () -> "\"" + name + "\" should be lower-case letters, digits, dots and hyphens");
  }
}
