package dev.mobilellm.spi.model;

import java.nio.file.Path;
import java.util.Optional;

/** The directory of a checkpoint in the layout that Hugging Face uses. Safe for several threads. */
public interface ModelFiles {

  /** The directory, absolute. */
  Path directory();

  /** Whether the directory holds a regular file of this name. */
  boolean has(String fileName);

  /** The path of a file, which need not exist. */
  default Path file(String fileName) {
    return directory().resolve(fileName);
  }

  /** {@code config.json}. */
  ModelConfig config();

  /**
   * A JSON object file.
   *
   * @return empty if there is no such file
   * @throws dev.mobilellm.spi.ModelException if it is not a JSON object, naming file and line
   */
  Optional<Settings> json(String fileName);

  /**
   * A small text file.
   *
   * @return empty if there is no such file
   * @throws dev.mobilellm.spi.ModelException if it cannot be read as UTF-8
   */
  Optional<String> text(String fileName);
}
