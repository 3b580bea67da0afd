package dev.mobilellm.server;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;

/**
 * A file of the chat page.
 *
 * @param type as the header says it
 * @param tag another one for other bytes
 * @param bytes as they are
 * @param gzip the same compressed; empty if that saves nothing
 */
record PageFile(String type, String tag, byte[] bytes, Optional<byte[]> gzip) {

  private static final String TEXT = "text/plain; charset=utf-8";
  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "mjs", "text/javascript; charset=utf-8",
          "svg", "image/svg+xml",
          "woff2", "font/woff2",
          "md", TEXT);

  /** Names of files, and no way out of their folder. */
  private static final Pattern NAME = Pattern.compile("(\\w[\\w-]*/)*\\w[\\w-]*(\\.[\\w-]+)*");

  private static final int TAG_DIGITS = 16;

  /**
   * Reads a file of this module.
   *
   * @param name its path below the folder of the page
   */
  static Optional<PageFile> find(String name) {
    String extension = name.substring(name.lastIndexOf('.') + 1);
    String type = name.endsWith("/LICENSE") ? TEXT : TYPES.get(extension);
    if (type == null || !NAME.matcher(name).matches()) {
      return Optional.empty();
    }
    try (InputStream in = PageFile.class.getResourceAsStream("page/" + name)) {
      return in == null ? Optional.empty() : Optional.of(of(type, in.readAllBytes()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static PageFile of(String type, byte[] bytes) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(bytes);
    }
    boolean isSmaller = packed.size() < bytes.length * 9 / 10;
    return new PageFile(
        type, tag(bytes), bytes, isSmaller ? Optional.of(packed.toByteArray()) : Optional.empty());
  }

  /** A weak one: it is the same whether the reply is compressed or not. */
  private static String tag(byte[] bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return "W/\"%s\"".formatted(HexFormat.of().formatHex(digest).substring(0, TAG_DIGITS));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
