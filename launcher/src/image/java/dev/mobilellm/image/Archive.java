package dev.mobilellm.image;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;

/** An archive that is being written. */
interface Archive extends Closeable {

  /** Chooses the format by the name's ending. */
  static Archive create(Path file, Instant time) throws IOException {
    return file.toString().endsWith(".zip") ? new Zip(file, time) : new Tar(file, time);
  }

  /**
   * Adds a file, or a symbolic link as it is.
   *
   * @param entry its path in the archive
   */
  void add(Path file, String entry) throws IOException;
}
