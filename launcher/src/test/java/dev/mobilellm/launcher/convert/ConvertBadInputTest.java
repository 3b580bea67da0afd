package dev.mobilellm.launcher.convert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.checkpoint.CheckpointFiles;
import dev.mobilellm.checkpoint.CheckpointTensors;
import dev.mobilellm.checkpoint.StoredTensor;
import dev.mobilellm.launcher.ExitCode;
import dev.mobilellm.launcher.Installation;
import dev.mobilellm.launcher.Run;
import dev.mobilellm.testkit.Fixtures;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One sentence each, and nothing is written. */
class ConvertBadInputTest {

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          convert --quantize 4                   | Missing required option: '--out=DIR'
          convert --out OUT                      | Nothing would change; give --dtype TYPE, --quantize BITS or --dynamic.
          convert --out OUT --quantize 7         | --quantize must be one of 2, 3, 4, 5, 6, 8, found 7.
          convert --out OUT --quantize 0         | --quantize must be one of
          convert --out OUT --quantize x         | 'x' is no whole number
          convert --out OUT --quantize 4 --group-size 48 | --group-size must be one of 32, 64, 128, found 48.
          convert --out OUT --dtype q4           | --dtype must be bf16, f16 or f32, found q4.
          convert --out OUT --dtype bf16 --group-size 64 | --group-size has no effect without --quantize BITS or --dynamic.
          convert --out OUT --dtype bf16 --keep-embedding | --keep-embedding has no effect without
          convert --out OUT --quantize 4 --target-bpw 5 | --target-bpw has no effect without --dynamic.
          convert --out OUT --quantize 4 --calibration x | --calibration has no effect without --dynamic.
          convert --out OUT --quantize 4 --dynamic | --quantize and --dynamic cannot be used together
          convert --out OUT --dynamic            | --dynamic needs --target-bpw
          convert --out OUT --dynamic --target-bpw 5 | --dynamic needs --calibration FILE
          convert --out OUT --dynamic --target-bpw NaN | --target-bpw must be between 0 and 32 bits per weight, found NaN.
          convert --out OUT --dynamic --target-bpw 5 --low-bits 7 | --low-bits must be one of
          convert --out OUT --dynamic --target-bpw 5 --low-bits 8 --high-bits 4 | --low-bits must be fewer than --high-bits, found 8 and 4.
          convert --out OUT --dynamic --target-bpw 4.4 --calibration x | --target-bpw 4.40 cannot be reached: with scales, the matrices have 4.50 bits per weight at --low-bits and 8.50
          convert --out OUT --dynamic --target-bpw 9 --calibration x | --target-bpw 9.00 cannot be reached
          convert --out OUT --dynamic --dtype f32 --target-bpw 4.5 --calibration x | or --dtype bf16 for smaller scales.
          convert --out OUT --dynamic --target-bpw 5 --calibration no-such-file | There is no calibration text no-such-file.
          convert --out OUT --dynamic --target-bpw 5 --calibration SHORT | has 2 tokens; give at least 64
          convert --out OUT --dynamic --target-bpw 5 --calibration BYTES | is not UTF-8 text.
          convert --out OUT --quantize 4 --report-ppl no-such-file | There is no text file no-such-file.
          convert --out OUT --quantize 4 --report-ppl SHORT | The text has 2 tokens, but one window of 512 takes 511; give a longer text or a smaller --context.
          convert --out OUT --quantize 4 --report-ppl BYTES | is not UTF-8 text.
          convert --out OUT --quantize 4 --report-ppl EMPTY | is empty; give some text.
          convert --out OUT --quantize 4 --report-ppl SHORT --context 3 --device abacus | abacus
          convert --out FULL --quantize 4        | is not empty; give the name of a new or empty one
          convert --out SHORT --quantize 4       | is a file; give the name of a new or empty folder
          """)
  void aRequestThatCannotBeMeant(String commandLine, String sentence) throws IOException {
    Path full = Files.createDirectory(folder.resolve("full"));
    Files.writeString(full.resolve("precious"), "");
    Path shortText = Files.writeString(folder.resolve("short"), "4+");
    Path empty = Files.writeString(folder.resolve("empty"), " \n");
    Path bytes = Files.write(folder.resolve("bytes"), new byte[] {(byte) 0xFF});
    Path out = folder.resolve("out");
    String[] arguments =
        Arrays.stream(commandLine.split(" "))
            .map(
                word ->
                    switch (word) {
                      case "OUT" -> out.toString();
                      case "FULL" -> full.toString();
                      case "SHORT" -> shortText.toString();
                      case "EMPTY" -> empty.toString();
                      case "BYTES" -> bytes.toString();
                      default -> word;
                    })
            .toArray(String[]::new);
    Run run = Run.of(arguments);
    assertEquals(ExitCode.USAGE, run.code(), run.err());
    assertTrue(run.err().contains(sentence), run.err());
    assertEquals(1, run.err().lines().count(), run.err());
    assertTrue(run.err().startsWith("mobilellm: "), run.err());
    assertEquals("", run.out());
    assertEquals(List.of("bytes", "empty", "full", "short"), names(folder));
    assertEquals(List.of("precious"), names(full));
  }

  @Test
  void groupsThatFitNoMatrix() {
    Path model = Fixtures.checkpoint("dual-branch-mlp", folder);
    Run run = convert(model, "--quantize", "4", "--group-size", "128");
    assertEquals(ExitCode.USAGE, run.code(), run.err());
    assertTrue(run.err().contains("No matrix would be quantized"), run.err());
    assertEquals(List.of("dual-branch-mlp"), names(folder));
  }

  @Test
  void textNeedsATokenizer() throws IOException {
    Path model = Fixtures.checkpoint("r1-bf16", folder);
    Path text = Files.writeString(folder.resolve("text"), "2+2=4. ".repeat(100));
    Run run =
        convert(
            model,
            "--group-size",
            "32",
            "--dynamic",
            "--target-bpw",
            "6",
            "--calibration",
            text.toString());
    assertEquals(ExitCode.MODEL, run.code(), run.err());
    assertTrue(run.err().contains("tokenizer"), run.err());
    assertEquals(List.of("r1-bf16", "text"), names(folder));
  }

  @Test
  void weightsThatAreNoNumbersAreNamed() throws IOException {
    Path model = Fixtures.checkpoint("r1-bf16", folder);
    String name = overwrite(model, 5, new byte[] {(byte) 0xC0, 0x7F});
    for (String[] flags :
        new String[][] {{"--dtype", "f32"}, {"--quantize", "4", "--group-size", "32"}}) {
      Run run = convert(model, flags);
      assertEquals(ExitCode.MODEL, run.code(), run.err());
      assertTrue(
          run.err()
              .contains(
                  "Tensor \"%s\", row 0, column 5: the weight is NaN or infinite; "
                      .formatted(name)),
          run.err());
      assertEquals(List.of("r1-bf16"), names(folder), "something was left");
    }
  }

  @Test
  void andBeforeAnythingIsMeasured() throws IOException {
    Path model = Files.createDirectory(folder.resolve("model"));
    Path demo = Installation.current().demoModel();
    for (String file : names(demo)) {
      Files.copy(demo.resolve(file), model.resolve(file));
    }
    String name = overwrite(model, 7, new byte[] {(byte) 0x80, (byte) 0xFF});
    Path text = Files.writeString(folder.resolve("text"), "2+2=4. ".repeat(100));
    Run run = convert(model, "--dynamic", "--target-bpw", "6", "--calibration", text.toString());
    assertEquals(ExitCode.MODEL, run.code(), run.err());
    assertTrue(
        run.err().contains("\"" + name + "\", row 0, column 7: the weight is NaN or infinite"),
        run.err());
    assertEquals(List.of("model", "text"), names(folder));
  }

  @Test
  void weightsTooLargeForTheTypeAreNamed() throws IOException {
    Path model = Fixtures.checkpoint("r1-bf16", folder);
    // 2^17, which float16 does not have.
    String name = overwrite(model, 5, new byte[] {0x00, 0x48});
    for (String[] flags :
        new String[][] {
          {"--dtype", "f16"}, {"--dtype", "f16", "--quantize", "4", "--group-size", "32"}
        }) {
      Run run = convert(model, flags);
      assertEquals(ExitCode.MODEL, run.code(), run.err());
      assertTrue(run.err().contains("\"" + name + "\""), run.err());
      assertTrue(
          run.err().contains("the weight is too large for f16; use another --dtype."), run.err());
      assertEquals(List.of("r1-bf16"), names(folder), "something was left");
    }
  }

  /** Replaces a weight of the first tensor, and returns that one's name. */
  private static String overwrite(Path model, int index, byte[] bytes) throws IOException {
    Path file = model.resolve("model.safetensors");
    String name;
    long position;
    try (CheckpointTensors tensors = CheckpointTensors.open(CheckpointFiles.open(model))) {
      StoredTensor first =
          tensors.tensors().values().stream()
              .filter(tensor -> tensor.shape().size() == 2)
              .findFirst()
              .orElseThrow();
      name = first.name();
      MemorySegment whole = MemorySegment.ofArray(Files.readAllBytes(file));
      long header =
          ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN).getLong();
      position = 8 + header;
      while (whole.asSlice(position, first.data().byteSize()).mismatch(first.data()) >= 0) {
        position++;
      }
    }
    try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
      access.seek(position + (long) index * bytes.length);
      access.write(bytes);
    }
    return name;
  }

  private Run convert(Path model, String... flags) {
    return Run.of(
        Stream.concat(
                Stream.of(
                    "convert",
                    "--model-path",
                    model.toString(),
                    "--out",
                    folder.resolve("out").toString()),
                Stream.of(flags))
            .toArray(String[]::new));
  }

  /** What lies in a folder, sorted. */
  static List<String> names(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
