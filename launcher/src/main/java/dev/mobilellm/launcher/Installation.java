package dev.mobilellm.launcher;

import dev.mobilellm.spi.ModelException;
import java.nio.file.Path;
import java.util.List;

/**
 * Where the application and its user's files are.
 *
 * @param application the folder of the image: bin, lib, runtime and demo-model
 * @param home the user's folder
 */
public record Installation(Path application, Path home) {

  /** Written by the start script. */
  private static final String APPLICATION = "mobilellm.application";

  public static Installation current() {
    String application = System.getProperty(APPLICATION);
    if (application == null) {
      throw new ModelException(
          "The application's folder is unknown; start it with bin/mobilellm, or set -D%s=DIR."
              .formatted(APPLICATION));
    }
    String home = System.getenv("MOBILELLM_HOME");
    return new Installation(
        Path.of(application),
        home == null || home.isEmpty()
            ? Path.of(System.getProperty("user.home"), ".mobilellm")
            : Path.of(home));
  }

  /** Where plugins are looked for without being named; they need not exist. */
  public List<Path> pluginFolders() {
    return List.of(application.resolve("plugins"), home.resolve("plugins"));
  }

  public Path demoModel() {
    return application.resolve("demo-model");
  }
}
