package dev.mobilellm.launcher.perplexity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.mobilellm.launcher.ExitCode;
import dev.mobilellm.launcher.Run;
import dev.mobilellm.testkit.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Perplexity against a float64 reference's logits, and requests that cannot be meant. */
class PerplexityCommandTest {

  @TempDir private Path folder;

  /** What a reference made of a prompt that starts with the BOS. */
  private record Golden(Path model, List<Integer> ids, List<List<Double>> logits) {

    static Golden of(String name, Path parent) throws IOException {
      Path model = Fixtures.checkpoint(name, parent);
      return of(model, Files.readString(model.resolve("golden.json")));
    }

    /** Reads golden.json, or what the command "logits" prints. */
    static Golden of(Path model, String text) throws IOException {
      List<Integer> ids = new ArrayList<>();
      List<List<Double>> logits = new ArrayList<>();
      try (JsonParser json = new JsonFactory().createParser(text)) {
        while (json.nextToken() != null) {
          switch (String.valueOf(json.currentName())) {
            case "greedy" -> json.skipChildren();
            case "input_ids", "tokens" -> {
              if (json.currentToken() == JsonToken.START_ARRAY) {
                numbers(json).forEach(id -> ids.add(id.intValue()));
              }
            }
            case "logits" -> {
              if (json.currentToken() == JsonToken.START_ARRAY) {
                while (json.nextToken() == JsonToken.START_ARRAY) {
                  logits.add(numbers(json));
                }
              }
            }
            default -> {}
          }
        }
      }
      return new Golden(model, ids, logits);
    }

    private static List<Double> numbers(JsonParser json) throws IOException {
      List<Double> numbers = new ArrayList<>();
      while (json.nextToken() != JsonToken.END_ARRAY) {
        numbers.add(json.getDoubleValue());
      }
      return numbers;
    }

    /** Probabilities behind a position. */
    double[] probabilities(int position) {
      double[] weights = logits.get(position).stream().mapToDouble(Math::exp).toArray();
      double sum = Arrays.stream(weights).sum();
      return Arrays.stream(weights).map(weight -> weight / sum).toArray();
    }

    double perplexity(int from, int to) {
      double loss = 0;
      for (int position = from; position < to; position++) {
        loss -= Math.log(probabilities(position - 1)[ids.get(position)]);
      }
      return Math.exp(loss / (to - from));
    }

    Path tokens(Path parent) throws IOException {
      String text = String.join("\n", ids.stream().map(String::valueOf).toList());
      return Files.writeString(parent.resolve("tokens"), text + "\n");
    }
  }

  @Test
  void thePerplexityOfGoldenLogits() throws IOException {
    Golden golden = Golden.of("r1-bf16", folder);
    String tokens = golden.tokens(folder).toString();
    Map<String, Double> whole = json(golden.model(), tokens, "--context", "48");
    assertEquals(47, whole.get("tokens"));
    assertEquals(1, whole.get("perplexity") / golden.perplexity(1, 48), 1e-5);
    assertEquals(Math.log(golden.perplexity(1, 48)), whole.get("mean_loss"), 1e-5);
    Map<String, Double> half = json(golden.model(), tokens, "--context", "48", "--warm-up", "24");
    assertEquals(23, half.get("tokens"));
    assertEquals(Math.log(golden.perplexity(25, 48)), half.get("mean_loss"), 1e-5);
    Map<String, Double> limited = json(golden.model(), tokens, "--context", "20", "--limit", "20");
    assertEquals(1, limited.get("windows"));
    assertEquals(19, limited.get("tokens"));
    assertEquals(Math.log(golden.perplexity(1, 20)), limited.get("mean_loss"), 1e-5);
  }

  @Test
  void theDivergenceOfGoldenLogits() throws IOException {
    Golden model = Golden.of("r1-bf16", folder);
    String ids = String.join(",", model.ids().stream().map(String::valueOf).toList());
    Path other = Fixtures.checkpoint("mqa", folder);
    Run logits =
        Run.of(
            "logits", "--device", "reference", "--model-path", other.toString(), "--tokens", ids);
    Golden reference = Golden.of(other, logits.out());
    assertEquals(48, reference.logits().size());
    double divergence = 0;
    for (int position = 0; position < 47; position++) {
      double[] wanted = reference.probabilities(position);
      double[] found = model.probabilities(position);
      for (int i = 0; i < wanted.length; i++) {
        divergence += wanted[i] * Math.log(wanted[i] / found[i]) / 47;
      }
    }
    Map<String, Double> numbers =
        json(
            model.model(),
            model.tokens(folder).toString(),
            "--context",
            "48",
            "--against",
            reference.model().toString());
    assertEquals(divergence, numbers.get("against.kl_mean"), 1e-4);
    assertEquals(Math.log(reference.perplexity(1, 48)), numbers.get("against.mean_loss"), 1e-5);
    assertEquals(
        model.perplexity(1, 48) / reference.perplexity(1, 48) - 1,
        numbers.get("against.relative_change"),
        1e-4);
    assertTrue(numbers.get("against.kl_99") > numbers.get("against.kl_median"));
    assertTrue(numbers.get("against.top_agreement") < 1);
  }

  @Test
  void aModelAgainstItselfForPeople() throws IOException {
    Golden golden = Golden.of("r1-bf16", folder);
    Run run =
        run(
            golden.model(),
            golden.tokens(folder).toString(),
            "--context",
            "16",
            "--against",
            golden.model().toString());
    assertEquals("", run.err());
    List<String> lines = run.out().lines().toList();
    assertEquals("tokens      45 of 48, in 3 windows of 16, stride 15, warm-up 0", lines.get(0));
    assertTrue(lines.get(1).matches("perplexity  \\S+ ± \\S+"), lines.get(1));
    assertEquals("change      +0.000 %", lines.get(3));
    assertEquals("KL mean     0.00000 nats, KL(reference || model)", lines.get(4));
    assertEquals("same top    100.00 %", lines.get(7));
  }

  @Test
  void aTextNeedsATokenizer() throws IOException {
    Path model = Fixtures.checkpoint("r1-bf16", folder);
    Path text = Files.writeString(folder.resolve("text"), "Some words.");
    assertFails(
        ExitCode.MODEL,
        "holds no tokenizer.json; text needs a tokenizer",
        "--model-path",
        model.toString(),
        "--text",
        text.toString());
  }

  @Test
  void textsThatCannotBeUsed() throws IOException {
    Path empty = Files.writeString(folder.resolve("empty"), " \n");
    assertFails(ExitCode.USAGE, "The text file " + empty + " is empty", "--text", empty.toString());
    assertFails(
        ExitCode.USAGE,
        "The tokens file " + empty + " is empty",
        "--tokens-file",
        empty.toString());
    Path binary = Files.write(folder.resolve("binary"), new byte[] {'a', (byte) 0xff});
    assertFails(ExitCode.USAGE, binary + " is not UTF-8 text.", "--text", binary.toString());
    assertFails(ExitCode.USAGE, "There is no text file nowhere.", "--text", "nowhere");
    Path brief = Files.writeString(folder.resolve("brief"), "2+2=4.");
    assertFails(
        ExitCode.USAGE,
        "The text has 6 tokens, but one window of 512 takes 511; give a longer text or a smaller"
            + " --context.",
        "--text",
        brief.toString());
    Path words = Files.writeString(folder.resolve("words"), "1, 2 three");
    assertFails(
        ExitCode.USAGE,
        "The tokens file %s holds \"three\", which is no token id".formatted(words),
        "--tokens-file",
        words.toString());
    Path large = Files.writeString(folder.resolve("large"), "1 2 768");
    assertFails(
        ExitCode.USAGE,
        "The token 768 is not in the vocabulary of 0 to 767.",
        "--tokens-file",
        large.toString());
  }

  @Test
  void modelsThatCannotBeCompared() throws IOException {
    String other = Fixtures.checkpoint("r1-bf16", folder).toString();
    Path tokens = Files.writeString(folder.resolve("tokens"), "1 2 3");
    assertFails(
        ExitCode.USAGE,
        "The models have vocabularies of 768 and 192 tokens; only models",
        "--tokens-file",
        tokens.toString(),
        "--context",
        "3",
        "--against",
        other);
  }

  @Test
  void numbersThatMakeNoSense() throws IOException {
    String tokens = Files.writeString(folder.resolve("tokens"), "1 2 3").toString();
    assertFails(ExitCode.USAGE, "--limit must be", "--tokens-file", tokens, "--limit", "0");
    assertFails(ExitCode.USAGE, "stride must be", "--tokens-file", tokens, "--stride", "0");
    assertFails(ExitCode.USAGE, "warm-up must be", "--tokens-file", tokens, "--warm-up", "511");
    assertFails(ExitCode.USAGE, "context must be", "--tokens-file", tokens, "--context", "1");
    assertFails(ExitCode.USAGE, "exclusive", "--tokens-file", tokens, "--text", tokens);
    assertFails(ExitCode.USAGE, "There is no text to predict; give --text FILE");
  }

  private static void assertFails(int code, String sentence, String... arguments) {
    List<String> all = new ArrayList<>(List.of("perplexity", "--device", "reference"));
    all.addAll(List.of(arguments));
    Run run = Run.of(all.toArray(String[]::new));
    String last = run.err().lines().reduce((a, b) -> b).orElse("");
    assertTrue(last.startsWith("mobilellm: ") && last.contains(sentence), run.err());
    assertEquals(code, run.code());
    assertEquals("", run.out());
  }

  private static Run run(Path model, String tokens, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "perplexity",
                "--device",
                "reference",
                "--model-path",
                model.toString(),
                "--tokens-file",
                tokens));
    arguments.addAll(List.of(more));
    return Run.of(arguments.toArray(String[]::new));
  }

  /** The numbers of an object; those of an object in it behind its name and a dot. */
  private static Map<String, Double> json(Path model, String tokens, String... more)
      throws IOException {
    List<String> arguments = new ArrayList<>(List.of(more));
    arguments.add("--json");
    Run run = run(model, tokens, arguments.toArray(String[]::new));
    assertEquals(0, run.code(), run.err());
    Map<String, Double> numbers = new HashMap<>();
    String inside = "";
    try (JsonParser json = new JsonFactory().createParser(run.out())) {
      json.nextToken();
      while (json.nextToken() != null) {
        if (json.currentToken() == JsonToken.START_OBJECT) {
          inside = json.currentName() + ".";
        } else if (json.currentToken() == JsonToken.END_OBJECT) {
          inside = "";
        } else if (json.currentToken().isNumeric()) {
          numbers.put(inside + json.currentName(), json.getDoubleValue());
        }
      }
    }
    return numbers;
  }
}
