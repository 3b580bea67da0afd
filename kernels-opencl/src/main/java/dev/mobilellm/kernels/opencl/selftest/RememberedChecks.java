package dev.mobilellm.kernels.opencl.selftest;

import dev.mobilellm.spi.device.DeviceCheck;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Properties;

/**
 * Results of self-tests, a small file for each device, driver and set of kernels. What cannot be
 * read or written is not remembered.
 */
public final class RememberedChecks {

  private static final String SUBJECT = "subject";
  private static final String USABLE = "usable";
  private static final String EXPLANATION = "explanation";

  private final Path file;
  private final String subject;

  /**
   * @param folder where all are; it need not exist
   * @param subject all that the result depends on
   */
  public RememberedChecks(Path folder, String subject) {
    this.subject = subject;
    file = folder.resolve("opencl-self-test").resolve(digest(subject) + ".properties");
  }

  /** What was found out before. */
  public Optional<DeviceCheck> find() {
    Properties known = new Properties();
    try (Reader in = Files.newBufferedReader(file)) {
      known.load(in);
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty();
    }
    String usable = known.getProperty(USABLE, "");
    if (!subject.equals(known.getProperty(SUBJECT)) || !usable.matches("true|false")) {
      return Optional.empty();
    }
    return Optional.of(
        new DeviceCheck(Boolean.parseBoolean(usable), known.getProperty(EXPLANATION, "")));
  }

  /** Remembers a result. */
  public void put(DeviceCheck check) {
    Properties known = new Properties();
    known.setProperty(SUBJECT, subject);
    known.setProperty(USABLE, String.valueOf(check.usable()));
    known.setProperty(EXPLANATION, check.explanation());
    try {
      Files.createDirectories(file.getParent());
      Path written = Files.createTempFile(file.getParent(), "new", ".properties");
      try (Writer out = Files.newBufferedWriter(written)) {
        known.store(out, "Delete this file to have the device tested again.");
      }
      move(written);
    } catch (IOException e) {
      // The next run tests again.
    }
  }

  private void move(Path written) throws IOException {
    try {
      Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(written, file, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static String digest(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
