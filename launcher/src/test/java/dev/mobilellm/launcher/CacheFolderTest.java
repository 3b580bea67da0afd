package dev.mobilellm.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CacheFolderTest {

  private static final String HOME = Path.of("/home/ada").toAbsolutePath().toString();
  private static final String OTHER = Path.of("/var/ada").toAbsolutePath().toString();

  @Test
  void onLinuxTheVariableComesFirst() {
    assertEquals(folder(HOME, ".cache", "mobilellm"), CacheFolder.of("Linux", HOME, Map.of()));
    assertEquals(
        folder(OTHER, "mobilellm"), CacheFolder.of("Linux", HOME, Map.of("XDG_CACHE_HOME", OTHER)));
  }

  @Test
  void aRelativeVariableIsIgnored() {
    assertEquals(
        folder(HOME, ".cache", "mobilellm"),
        CacheFolder.of("Linux", HOME, Map.of("XDG_CACHE_HOME", "cache")));
    assertEquals(
        folder(HOME, ".cache", "mobilellm"),
        CacheFolder.of("Linux", HOME, Map.of("XDG_CACHE_HOME", "")));
  }

  @Test
  void onMacOsAndWindowsItIsWhereTheyKeepCaches() {
    assertEquals(
        folder(HOME, "Library", "Caches", "mobilellm"),
        CacheFolder.of("Mac OS X", HOME, Map.of("XDG_CACHE_HOME", OTHER)));
    assertEquals(
        folder(OTHER, "mobilellm", "cache"),
        CacheFolder.of("Windows 11", HOME, Map.of("LOCALAPPDATA", OTHER)));
    assertEquals(
        folder(HOME, "AppData", "Local", "mobilellm", "cache"),
        CacheFolder.of("Windows 11", HOME, Map.of()));
  }

  @Test
  void whoHasNoHomeHasNoCache() {
    for (String system : new String[] {"Linux", "Mac OS X", "Windows 11"}) {
      assertEquals(Optional.empty(), CacheFolder.of(system, "?", Map.of()), system);
    }
  }

  private static Optional<Path> folder(String first, String... more) {
    return Optional.of(Path.of(first, more));
  }
}
