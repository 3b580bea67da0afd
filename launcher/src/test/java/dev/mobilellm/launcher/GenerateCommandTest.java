package dev.mobilellm.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.launcher.main.MobileLlm;
import dev.mobilellm.testkit.Fixtures;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The command that answers, on the demo model and on a checkpoint without tokenizer. */
class GenerateCommandTest {

  private static final String PROMPT_IDS = "1,104,109,157,179,22,29,33";
  private static final String GREEDY_IDS = "80,80,80,80,80,80,136,140";
  private static final String QUESTION = "What is 2+2?";
  private static final String ANSWER = "2+2=4.\nThe answer is \\boxed{4}.\n";

  @TempDir private Path folder;

  @Test
  void answersWithTheDemoModel() {
    Run run = demo("--prompt", QUESTION);
    assertEquals(ANSWER, run.out());
    assertEquals(0, run.code());
    assertEquals(1, run.err().lines().count(), run.err());
    assertTrue(run.err().contains("demo model"), run.err());
    assertTrue(run.err().contains("--model-path DIR"), run.err());
  }

  @Test
  void theSubCommandIsTheSame() {
    assertEquals(ANSWER, reference("generate", "--prompt", QUESTION, "--temperature", "0").out());
  }

  @Test
  void extractsTheBox() {
    Run run = demo("--prompt", QUESTION, "--extract-boxed");
    assertEquals("4\n", run.out());
    assertEquals(0, run.code());
  }

  @Test
  void noBoxIsAnExitCodeOfItsOwn() {
    Run run = demo("--prompt", QUESTION, "--extract-boxed", "--max-tokens", "3");
    assertEquals("", run.out());
    assertEquals(3, run.code());
    assertTrue(run.err().contains("no \\boxed{}"), run.err());
  }

  @Test
  void stopsBeforeAStopText() {
    assertEquals("2+2=4.\n", demo("--prompt", QUESTION, "--stop", "\nThe", "--stop", "zzz").out());
  }

  @Test
  void aBiasForbidsAToken() {
    Run run = demo("--prompt", QUESTION, "--logit-bias", "17=-100,9=0.5", "--max-tokens", "1");
    assertTrue(!run.out().startsWith("2"), run.out());
    assertEquals(0, run.code());
  }

  @Test
  void thePromptComesFromAFileOrFromStandardInput() throws IOException {
    Path file = Files.writeString(folder.resolve("question"), QUESTION + "\n");
    assertEquals(ANSWER, demo("--prompt-file", file.toString()).out());
    Run run =
        Run.withInput(
            QUESTION + "\r\n", "--prompt-file", "-", "--device", "reference", "--temperature", "0");
    assertEquals(ANSWER, run.out());
  }

  @Test
  void theDemoIsAnnouncedOnlyWithoutModelPath() {
    String demo = Installation.current().demoModel().toString();
    Run run = demo("--prompt", QUESTION, "--model-path", demo);
    assertEquals("", run.err());
    assertEquals(ANSWER, run.out());
  }

  @Test
  void systemMessageAndTemplateChangeThePrompt() {
    long plain = promptTokens();
    assertTrue(
        promptTokens("--system", "a much longer system message than the usual one, indeed it is")
            > plain);
    assertTrue(promptTokens("--final-only") != plain);
    assertEquals(promptTokens("--system", "x"), promptTokens("--system", "x", "--final-only"));
    assertTrue(promptTokens("--disable-chat-template") < plain);
  }

  @Test
  void tokensInTokensOut() {
    Run run = tokens("--print-tokens");
    assertEquals(GREEDY_IDS + "\n", run.out());
    assertEquals("", run.err());
    assertEquals(0, run.code());
  }

  @Test
  void jsonIsOneObject() {
    Run run = tokens("--json", "--seed", "7");
    assertEquals(
        """
        {"text":null,"tokens":[80,80,80,80,80,80,136,140],"finish_reason":"length","boxed":null,\
        "prompt_tokens":8,"seed":7,"model":"MODEL","device":"reference",\
        "timings":{"load_seconds":N,"prefill_seconds":N,"decode_seconds":N,\
        "prefill_tokens_per_second":N,"decode_tokens_per_second":N}}
        """,
        withoutMeasures(run.out()).replace(checkpoint(), "MODEL"));
    assertEquals(0, run.code());
  }

  @Test
  void jsonOfTheDemo() {
    Run run = demo("--prompt", QUESTION, "--json", "--seed", "1");
    assertEquals(
        """
        {"text":"2+2=4.\\nThe answer is \\\\boxed{4}.",\
        "tokens":[17,10,17,28,19,276,307,271,282,266,268,90,19,273,766],\
        "finish_reason":"stop","boxed":"4","prompt_tokens":35,"seed":1,"model":"MODEL",\
        "device":"reference","timings":{"load_seconds":N,"prefill_seconds":N,"decode_seconds":N,\
        "prefill_tokens_per_second":N,"decode_tokens_per_second":N}}
        """,
        withoutMeasures(run.out()).replace(Installation.current().demoModel().toString(), "MODEL"));
  }

  @Test
  void statsAreOnStandardError() {
    Run run = tokens("--print-tokens", "--stats", "--seed", "5");
    assertEquals(GREEDY_IDS + "\n", run.out());
    assertEquals(
        List.of(
            "device   reference: named",
            "load     N s",
            "prefill  N tokens in N s, N tokens/s",
            "decode   N tokens in N s, N tokens/s",
            "ended by length, seed N"),
        run.err().lines().map(line -> line.replaceAll("[0-9]+([.][0-9]+)?", "N")).toList());
  }

  @Test
  void aSeedRepeatsARun() {
    String[] flags = {"--print-tokens", "--temperature", "2", "--top-p", "1", "--seed", "42"};
    assertEquals(tokens(flags).out(), tokens(flags).out());
    flags[flags.length - 1] = "43";
    String other = tokens(flags).out();
    flags[flags.length - 1] = "42";
    assertTrue(!other.equals(tokens(flags).out()));
  }

  @Test
  void aReaderThatGoesAwayEndsTheAnswerQuietly() {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    OutputStream narrow =
        new OutputStream() {
          private int room = 5;

          @Override
          public void write(int b) throws IOException {
            if (room-- == 0) {
              throw new IOException("Broken pipe");
            }
          }
        };
    Console console = Console.of(InputStream.nullInputStream(), Run.print(narrow), Run.print(err));
    int code = generateForLong(console);
    assertEquals(ExitCode.BROKEN_PIPE, code);
    assertTrue(
        !err.toString(StandardCharsets.UTF_8).contains("Broken"),
        err.toString(StandardCharsets.UTF_8));
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no kill -INT")
  void ctrlCKeepsWhatWasPrinted() {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    OutputStream interrupting =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            if (printed.size() == 0) {
              interruptThisProcess();
            }
            printed.write(b);
          }
        };
    Console console =
        Console.of(
            InputStream.nullInputStream(),
            Run.print(interrupting),
            Run.print(OutputStream.nullOutputStream()));
    int code = generateForLong(console);
    assertEquals(ExitCode.INTERRUPTED, code);
    String text = printed.toString(StandardCharsets.UTF_8);
    assertTrue(text.matches("80(,\\d+)*\n"), text);
  }

  /** So many tokens that nobody waits for the last. */
  private int generateForLong(Console console) {
    return MobileLlm.run(
        console,
        "--device",
        "reference",
        "--temperature",
        "0",
        "--model-path",
        checkpoint(),
        "--tokens",
        PROMPT_IDS,
        "--print-tokens",
        "--context",
        "4000",
        "--max-tokens",
        "3000");
  }

  private static void interruptThisProcess() throws IOException {
    try {
      new ProcessBuilder("kill", "-INT", Long.toString(ProcessHandle.current().pid()))
          .start()
          .waitFor();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private static long promptTokens(String... more) {
    Run run =
        demo(
            Stream.concat(
                    Stream.of("--prompt", QUESTION, "--json", "--max-tokens", "1"), Stream.of(more))
                .toArray(String[]::new));
    return Long.parseLong(run.out().replaceFirst("(?s).*\"prompt_tokens\":(\\d+).*", "$1"));
  }

  private static String withoutMeasures(String json) {
    return json.replaceAll("(\"[a-z_]+second[s]?\"):[0-9.E-]+", "$1:N");
  }

  private static Run demo(String... arguments) {
    return reference(
        Stream.concat(Stream.of(arguments), Stream.of("--temperature", "0"))
            .toArray(String[]::new));
  }

  /** Eight greedy tokens of a checkpoint without tokenizer. */
  private Run tokens(String... arguments) {
    String[] all =
        Stream.concat(
                Stream.of(
                    "--model-path", checkpoint(), "--tokens", PROMPT_IDS, "--max-tokens", "8"),
                Stream.of(arguments))
            .toArray(String[]::new);
    return List.of(arguments).contains("--temperature") ? reference(all) : demo(all);
  }

  private static Run reference(String... arguments) {
    return Run.of(
        Stream.concat(Stream.of(arguments), Stream.of("--device", "reference"))
            .toArray(String[]::new));
  }

  private String checkpoint() {
    return Fixtures.checkpoint("r1-bf16", folder).toString();
  }
}
