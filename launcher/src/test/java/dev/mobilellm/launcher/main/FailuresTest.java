package dev.mobilellm.launcher.main;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mobilellm.launcher.Console;
import dev.mobilellm.launcher.ExitCode;
import dev.mobilellm.launcher.Run;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FailuresTest {

  /** Who is told to give Java more has less for the weights. */
  @ParameterizedTest
  @CsvSource({
    "Java heap space,              give Java more with MOBILELLM_JAVA_OPTS=-Xmx4g",
    "GC overhead limit exceeded,   give Java more with MOBILELLM_JAVA_OPTS=-Xmx4g",
    "no 69206016 bytes for weights, 'take smaller weights, such as quantized ones'",
    "Unable to allocate 4096 bytes, 'take smaller weights, such as quantized ones'",
  })
  void whatHelpsDependsOnWhichMemoryIsFull(String reason, String advice) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console =
        Console.of(
            InputStream.nullInputStream(),
            Run.print(OutputStream.nullOutputStream()),
            Run.print(err));
    assertEquals(
        ExitCode.MODEL, new Failures(console, List.of()).handle(new OutOfMemoryError(reason)));
    assertEquals(
        "mobilellm: There is not enough memory (%s); ask for a smaller --context, or %s."
            .formatted(reason, advice),
        err.toString(StandardCharsets.UTF_8).strip());
  }
}
