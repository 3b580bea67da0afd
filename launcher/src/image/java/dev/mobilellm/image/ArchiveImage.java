package dev.mobilellm.image;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.stream.Stream;

/** Packs the image: tar.gz, or zip for Windows. Beside it comes a list of checksums. */
final class ArchiveImage {

  private ArchiveImage() {}

  /**
   * Takes the image, the folder to write to, a name without ending, and the time of all entries.
   */
  public static void main(String[] arguments) throws IOException {
    Path image = Path.of(arguments[0]);
    Path folder = Files.createDirectories(Path.of(arguments[1]));
    String name = arguments[2];
    Instant time = Instant.parse(arguments[3]);
    Path archive = folder.resolve(name + (name.contains("windows") ? ".zip" : ".tar.gz"));
    try (Archive out = Archive.create(archive, time);
        Stream<Path> found = Files.walk(image)) {
      // Sorted, because a file system lists them as it likes.
      for (Path file : found.sorted().toList()) {
        String entry = name + "/" + image.relativize(file).toString().replace('\\', '/');
        if (Files.isSymbolicLink(file) || Files.isRegularFile(file)) {
          out.add(file, entry);
        }
      }
    }
    Path sbom = folder.resolve(name + ".cdx.json");
    Files.writeString(
        folder.resolve(name + ".sha256"),
        checksum(archive) + checksum(sbom),
        StandardCharsets.UTF_8);
    System.out.printf("%s has %.1f MB%n", archive, Files.size(archive) / 1e6);
  }

  /** A line as sha256sum --check reads it. */
  private static String checksum(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file);
        DigestInputStream digest =
            new DigestInputStream(in, MessageDigest.getInstance("SHA-256"))) {
      digest.transferTo(OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(digest.getMessageDigest().digest())
          + "  "
          + file.getFileName()
          + "\n";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
