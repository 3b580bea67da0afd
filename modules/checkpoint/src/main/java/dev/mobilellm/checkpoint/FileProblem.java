package dev.mobilellm.checkpoint;

import dev.mobilellm.spi.ModelException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Failed reads and writes in words; the JDK's messages for these are often only the path. */
final class FileProblem {

  private FileProblem() {}

  static ModelException reading(Path file, IOException cause) {
    return new ModelException(file + " cannot be read: " + reason(cause) + ".", cause);
  }

  static ModelException writing(Path file, IOException cause) {
    return new ModelException(file + " cannot be written: " + reason(cause) + ".", cause);
  }

  static String reason(IOException cause) {
    return switch (cause) {
      case NoSuchFileException _ -> "there is no such file";
      case AccessDeniedException _ -> "permission denied";
      case CharacterCodingException _ -> "it is not UTF-8 text";
      default -> String.valueOf(cause.getMessage());
    };
  }
}
