package dev.mobilellm.launcher;

import dev.mobilellm.spi.UsageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Text that a user names by its file. */
public final class InputFile {

  private static final Path STANDARD_INPUT = Path.of("-");

  private InputFile() {}

  /**
   * Reads a whole file.
   *
   * @param kind for messages: {@code prompt file}
   * @param file {@code -} is standard input
   * @throws UsageException if it is not there, cannot be read or is not UTF-8
   */
  public static String text(String kind, Path file, Console console) {
    try {
      byte[] bytes =
          file.equals(STANDARD_INPUT) ? console.in().readAllBytes() : Files.readAllBytes(file);
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new UsageException("The %s %s is not UTF-8 text.".formatted(kind, file));
    } catch (NoSuchFileException e) {
      throw new UsageException("There is no %s %s.".formatted(kind, file));
    } catch (IOException e) {
      throw new UsageException(
          "The %s %s cannot be read: %s.".formatted(kind, file, e.getMessage()));
    }
  }
}
