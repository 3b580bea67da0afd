package dev.mobilellm.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** A zip for Windows, where no file is marked as a program. */
final class Zip implements Archive {

  private final ZipOutputStream out;
  private final LocalDateTime time;

  Zip(Path file, Instant time) throws IOException {
    out = new ZipOutputStream(Files.newOutputStream(file));
    this.time = LocalDateTime.ofInstant(time, ZoneOffset.UTC);
  }

  @Override
  public void add(Path file, String entry) throws IOException {
    ZipEntry header = new ZipEntry(entry);
    header.setTimeLocal(time);
    out.putNextEntry(header);
    Files.copy(file, out);
    out.closeEntry();
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
