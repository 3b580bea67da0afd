package dev.mobilellm.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.runtime.plugins.Found;
import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.runtime.plugins.Service;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Plugins that reach beyond Java do so if the user named them. */
class NativeAccessTest extends BesideAGoodPlugin {

  @Test
  void nativeAccessIsForThoseThatTheUserNamed() throws IOException {
    Path jar = nativePlugin("pointers");
    nativePlugin("stranger");
    List<String> problems = registry().problems();
    assertEquals(2, problems.size(), problems.toString());
    assertEquals(
        "The plugin %s is left out: it needs native access (com.example.pointers.Fixed calls MemorySegment.reinterpret); if you trust it, start with --enable-native pointers."
            .formatted(jar),
        problems.getFirst());

    for (String name : List.of("pointers", "pointers.jar", "com.example.pointers")) {
      PluginRegistry registry = registry("--enable-native", name);
      Found<?> found = registry.find(Service.SAMPLER, "pointers").orElseThrow();
      assertTrue(found.provenance().nativeAccess(), name);
      assertEquals(Optional.empty(), registry.find(Service.SAMPLER, "stranger"));
      assertFalse(registry.find(Service.SAMPLER, "good").orElseThrow().provenance().nativeAccess());
    }
    Run run = generate("--enable-native", "pointers", "--sampler", "pointers");
    assertEquals("0,0\n", run.out(), run.err());

    Run unknown = generate("--enable-native", "pointer");
    assertEquals(ExitCode.USAGE, unknown.code());
    assertTrue(
        unknown.err().contains("\"pointer\", but the third-party plugins are: good, pointers"),
        unknown.err());
  }

  @Test
  void aBrokenPluginMayBeNamed() throws IOException {
    Path jar = Files.writeString(plugins.resolve("broken.jar"), "broken");
    List<String> problems = registry("--enable-native", "broken").problems();
    assertTrue(problems.getFirst().startsWith("The plugin " + jar + " is left out: "));
  }

  @Test
  void nativeMethodsAreNativeAccess() throws IOException {
    Path jar = withMember("foreign", "native int answer();");
    assertLeftOut(jar, "com.example.foreign.Fixed has the native method answer");
  }

  private Path nativePlugin(String name) throws IOException {
    return jars.sampler(
        plugins.resolve(name + ".jar"),
        "com.example." + name,
        name,
        text ->
            text.replace(
                "-> 0",
                "-> (int) java.lang.foreign.MemorySegment.ofAddress(8).reinterpret(8).byteSize()"
                    + " - 8"));
  }
}
