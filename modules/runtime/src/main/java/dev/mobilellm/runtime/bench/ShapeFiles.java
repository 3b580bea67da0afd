package dev.mobilellm.runtime.bench;

import dev.mobilellm.spi.model.ModelConfig;
import dev.mobilellm.spi.model.ModelFiles;
import dev.mobilellm.spi.model.Settings;
import java.nio.file.Path;
import java.util.Optional;

/** A checkpoint that is on no disk and has neither tokenizer nor template. */
record ShapeFiles(ModelConfig config) implements ModelFiles {

  /** For messages only: nothing is there. */
  @Override
  public Path directory() {
    return Path.of("random-weights").toAbsolutePath();
  }

  @Override
  public boolean has(String fileName) {
    return false;
  }

  @Override
  public Optional<Settings> json(String fileName) {
    return Optional.empty();
  }

  @Override
  public Optional<String> text(String fileName) {
    return Optional.empty();
  }
}
