package dev.mobilellm.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.testkit.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What cannot be meant ends with code 2, what cannot run with 1: one sentence, no trace. */
class BadInputTest {

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          --tempratur 0 --prompt x             | There is no option --tempratur; did you mean --temperature?
          generat                              | There is no command or argument generat; did you mean generate?
          --temperature -1 --prompt x          | temperature must be between 0 and
          --temperature NaN --prompt x         | temperature must be between 0 and
          --top-p 1.5 --prompt x               | top-p must be between 0 and 1, found 1.5.
          --top-p -0.1 --prompt x              | top-p must be between 0 and 1
          --min-p 2 --prompt x                 | min-p must be between 0 and 1
          --top-k -1 --prompt x                | top-k must be
          --top-k many --prompt x              | Invalid value for option '--top-k': 'many' is no whole number, or too large a one.
          --seed many --prompt x               | 'many' is no whole number,
          --min-p many --prompt x              | 'many' is no number.
          --logit-bias 5 --prompt x            | Value for option '--logit-bias'
          --repetition-penalty 0 --prompt x    | repetition-penalty must be greater than 0
          --max-tokens 0 --prompt x            | max-tokens must be at least 1, found 0.
          --threads 0 --prompt x               | --threads must be at least 1, found 0.
          --threads 5000 --prompt x            | threads must be between 0 and 1024, found 5000.
          --context 0 --prompt x               | --context must be at least 1, found 0.
          --stop= --prompt x                   | A stop string is empty
          --stats                              | There is no prompt; give --prompt TEXT
          --prompt=                            | The prompt is empty
          --prompt x --tokens 1                | --prompt=TEXT, --tokens=IDS are mutually exclusive
          --tokens 1,a                         | '1,a' is no list of token ids such as 1,5,9.
          --tokens=                            | '' is no list of token ids
          --tokens 1 --system x                | --system and --final-only need a chat template
          --prompt x --system y --disable-chat-template | --system needs the chat template
          --prompt x --extract-boxed --print-tokens | cannot be used together
          --prompt-file no-such-file           | There is no prompt file no-such-file.
          --plugins no-such-folder --prompt x  | There is no plugin folder no-such-folder.
          --device nonsense --prompt x         | There is no device "nonsense"; there are: auto,
          --device reference --attention foo --prompt x | There is no attention "foo"; there are: gqa.
          --device reference --mlp foo --prompt x | There is no mlp "foo"; there are: dual-branch, gated.
          --device reference --mlp dual-branch --prompt x | The mlp "dual-branch" does not fit
          --device reference --sampler foo --prompt x | There is no sampler "foo"; there are:
          --device reference --tokens 99999 --print-tokens | The token 99999 is not in the vocabulary of 0 to 767.
          --device reference --tokens -1 --print-tokens | The token -1 is not in the vocabulary
          --device reference --context 3 --prompt x | but the context holds 3; shorten it
          --model-path x generate              | --model-path stands before the command generate
          logits                               | Missing required option: '--tokens=IDS'.
          logits --tokens 1,2,3 --context 2 --device reference | There are 3 tokens, but the context holds 2
          bench --shape 1B                     | There is no shape "1B"; there are: 140M, 360M, 950M.
          bench --encoding int4                | There is no encoding "int4"; there are: f32, f16, bf16, and qB-gG
          bench --batch 0                      | batch must be at least 1, found 0.
          bench --depth -1                     | depth must be at least 0, found -1.
          bench --depth 0,many                 | 'many' is no whole number
          bench --repeat 0                     | repeat must be at least 1, found 0.
          bench --prefill 0 --decode 0         | There is nothing to measure
          bench --depth 32700                  | A depth of 32700 and 512 tokens behind it are more than the context of 32768
          bench --context 600 --depth 100      | are more than the context of 600 tokens
          bench --batch 1000                   | A batch of 1000 sequences is more than the 512 tokens
          bench --shape 140M --model-path x    | --shape is for random weights
          bench --encoding f32 --model-path x  | --encoding is for random weights
          bench --chart chart.png              | --chart writes SVG; give a file that ends in .svg
          bench --chart no-such-folder/x.svg   | There is no folder
          bench --threads 0                    | --threads must be at least 1, found 0.
          logits --tokens 1,99999 --device reference | The token 99999 is not in the vocabulary of 0 to 767.
          """)
  void aRequestThatCannotBeMeant(String commandLine, String sentence) {
    Run run = Run.of(commandLine.split(" "));
    String last = run.err().lines().reduce((a, b) -> b).orElse("");
    assertTrue(last.startsWith("mobilellm: "), run.err());
    assertTrue(last.contains(sentence), run.err());
    assertEquals("", run.out());
    assertEquals(ExitCode.USAGE, run.code());
  }

  @Test
  void aMissingDirectory() {
    assertModelError("no-such-model", "--model-path", "no-such-model", "--prompt", "x");
  }

  @Test
  void aDirectoryWithoutConfig() {
    assertModelError("config.json", "--model-path", folder.toString(), "--prompt", "x");
  }

  @Test
  void brokenJsonIsNamedWithItsLine() throws IOException {
    Path model = Fixtures.checkpoint("r1-bf16", folder);
    Files.writeString(model.resolve("config.json"), "{\n\"model_type\": \n}");
    assertModelError("line 3", "--model-path", model.toString(), "--tokens", "1", "--json");
  }

  @Test
  void textNeedsATokenizer() {
    String model = Fixtures.checkpoint("r1-bf16", folder).toString();
    assertModelError("tokenizer", "--model-path", model, "--prompt", "x");
    Run run = Run.of("--model-path", model, "--tokens", "1", "--device", "reference");
    assertEquals(ExitCode.USAGE, run.code());
    assertTrue(run.err().contains("use --print-tokens or --json"), run.err());
  }

  @Test
  void aPromptFileThatIsNoText() throws IOException {
    Path file = Files.write(folder.resolve("prompt"), new byte[] {'a', (byte) 0xff});
    Run run = Run.of("--prompt-file", file.toString());
    assertEquals(ExitCode.USAGE, run.code());
    assertTrue(run.err().contains("is not UTF-8 text"), run.err());
    Run directory = Run.of("--prompt-file", folder.toString());
    assertEquals(ExitCode.USAGE, directory.code());
    assertTrue(directory.err().contains("cannot be read"), directory.err());
  }

  @Test
  void debugShowsWhere() {
    Run quiet = Run.of("--prompt", "x", "--top-k", "-1");
    assertEquals(1, quiet.err().lines().count(), quiet.err());
    Run debug = Run.of("--prompt", "x", "--top-k", "-1", "--debug");
    assertTrue(debug.err().contains("\tat "), debug.err());
    assertEquals(ExitCode.USAGE, debug.code());
  }

  private static void assertModelError(String part, String... arguments) {
    Run run =
        Run.of(
            Stream.concat(Stream.of(arguments), Stream.of("--device", "reference"))
                .toArray(String[]::new));
    assertEquals(ExitCode.MODEL, run.code(), run.err());
    assertEquals(1, run.err().lines().count(), run.err());
    assertTrue(run.err().contains(part), run.err());
    assertEquals("", run.out());
  }
}
