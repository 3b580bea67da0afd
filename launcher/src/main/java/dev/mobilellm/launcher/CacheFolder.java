package dev.mobilellm.launcher;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Where things are kept that can be found out again, at the place that each system has for them.
 * The folder need not exist, and may be one that nobody can write to.
 */
final class CacheFolder {

  private static final String NAME = "mobilellm";

  private CacheFolder() {}

  /** That of this process; empty if the system names no place. */
  static Optional<Path> current() {
    return of(System.getProperty("os.name"), System.getProperty("user.home"), System.getenv());
  }

  /**
   * @param system as Java names it: {@code Mac OS X}
   * @param home the user's folder
   * @param variables of the environment
   */
  static Optional<Path> of(String system, String home, Map<String, String> variables) {
    String lower = system.toLowerCase(Locale.ROOT);
    if (lower.startsWith("windows")) {
      return absolute(variables.get("LOCALAPPDATA"))
          .or(() -> absolute(home).map(folder -> folder.resolve("AppData").resolve("Local")))
          .map(folder -> folder.resolve(NAME).resolve("cache"));
    }
    if (lower.startsWith("mac")) {
      return absolute(home)
          .map(folder -> folder.resolve("Library").resolve("Caches").resolve(NAME));
    }
    return absolute(variables.get("XDG_CACHE_HOME"))
        .or(() -> absolute(home).map(folder -> folder.resolve(".cache")))
        .map(folder -> folder.resolve(NAME));
  }

  /**
   * Relative ones are to be ignored, says the standard, and Java's {@code ?} for no home is one.
   */
  private static Optional<Path> absolute(String folder) {
    try {
      return Optional.ofNullable(folder).map(Path::of).filter(Path::isAbsolute);
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }
}
