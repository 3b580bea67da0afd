package dev.mobilellm.image;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;

/** A tar.gz in the format "ustar" of POSIX, which belongs to nobody. */
final class Tar implements Archive {

  private static final int BLOCK = 512;
  private static final int NAME = 100;
  private static final int PREFIX = 155;
  private static final char FILE = '0';
  private static final char LINK = '2';

  private final OutputStream out;
  private final long seconds;

  Tar(Path file, Instant time) throws IOException {
    out = new GZIPOutputStream(Files.newOutputStream(file), 1 << 16);
    seconds = time.getEpochSecond();
  }

  @Override
  public void add(Path file, String entry) throws IOException {
    if (Files.isSymbolicLink(file)) {
      out.write(header(entry, LINK, 0777, 0, Files.readSymbolicLink(file).toString()));
      return;
    }
    long size = Files.size(file);
    out.write(header(entry, FILE, Files.isExecutable(file) ? 0755 : 0644, size, ""));
    Files.copy(file, out);
    out.write(new byte[(int) (-size & BLOCK - 1)]);
  }

  /** Two empty blocks are the end. */
  @Override
  public void close() throws IOException {
    out.write(new byte[2 * BLOCK]);
    out.close();
  }

  private byte[] header(String entry, char type, int mode, long size, String target) {
    byte[] header = new byte[BLOCK];
    int cut = entry.length() <= NAME ? -1 : entry.indexOf('/', entry.length() - NAME - 1);
    if (cut > PREFIX || cut < 0 && entry.length() > NAME || target.length() > NAME) {
      throw new IllegalArgumentException("too long for a tar: " + entry);
    }
    put(header, 0, entry.substring(cut + 1));
    octal(header, 100, 8, mode);
    octal(header, 108, 8, 0);
    octal(header, 116, 8, 0);
    octal(header, 124, 12, size);
    octal(header, 136, 12, seconds);
    // The checksum counts itself as blanks.
    Arrays.fill(header, 148, 156, (byte) ' ');
    header[156] = (byte) type;
    put(header, 157, target);
    put(header, 257, "ustar\0" + "00");
    put(header, 345, entry.substring(0, Math.max(0, cut)));
    int sum = 0;
    for (byte value : header) {
      sum += value & 0xFF;
    }
    octal(header, 148, 7, sum);
    return header;
  }

  /** Digits with zeros before them and a zero byte behind. */
  private static void octal(byte[] header, int at, int width, long value) {
    String digits = Long.toOctalString(value);
    put(header, at, "0".repeat(width - 1 - digits.length()) + digits + "\0");
  }

  private static void put(byte[] header, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(bytes, 0, header, at, bytes.length);
  }
}
