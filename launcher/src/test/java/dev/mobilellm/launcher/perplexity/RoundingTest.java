package dev.mobilellm.launcher.perplexity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.launcher.ExitCode;
import dev.mobilellm.launcher.Installation;
import dev.mobilellm.launcher.Run;
import dev.mobilellm.runtime.LanguageModel;
import dev.mobilellm.runtime.LoadListener;
import dev.mobilellm.runtime.LoadOptions;
import dev.mobilellm.runtime.evaluation.Divergence;
import dev.mobilellm.runtime.evaluation.Evaluator;
import dev.mobilellm.runtime.evaluation.Perplexity;
import dev.mobilellm.runtime.evaluation.ScoredModel;
import dev.mobilellm.runtime.evaluation.Window;
import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.spi.device.Batch;
import dev.mobilellm.spi.device.BatchResult;
import dev.mobilellm.spi.device.Sequence;
import dev.mobilellm.testkit.DemoChat;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the device rounds for speed, on a model that was trained and the chats that it knows. */
class RoundingTest {

  private static final Path DEMO = Installation.current().demoModel();

  /** Long enough that the automatic cache rounds, which it does beyond 512 tokens. */
  private static final int LONG = 700;

  @TempDir private Path folder;

  @Test
  void roundedActivationsKeepThePerplexityOfFourBits() {
    Path fourBits = folder.resolve("four-bits");
    Run run = Run.of("convert", "--out", fourBits.toString(), "--quantize", "4");
    assertEquals(ExitCode.OK, run.code(), run.err());
    List<Window> chats = DemoChat.all().stream().map(chat -> new Window(chat.tokens(), 1)).toList();
    Perplexity rounded = new Perplexity();
    Perplexity exact = new Perplexity();
    Divergence divergence = new Divergence();
    try (LanguageModel model = load(fourBits, Map.of());
        LanguageModel reference = load(fourBits, Map.of("exact", "true"))) {
      new Evaluator()
          .compare(
              ScoredModel.of(model),
              ScoredModel.of(reference),
              chats,
              comparison -> {
                rounded.add(comparison.model().logProbability());
                exact.add(comparison.reference().logProbability());
                divergence.add(comparison);
              });
    }
    assertTrue(divergence.mean() > 1e-9, "nothing is rounded: " + divergence.mean());
    assertEquals(1, rounded.value() / exact.value(), 0.005);
    assertTrue(divergence.agreement() > 0.98, "agreement " + divergence.agreement());
  }

  @Test
  void theAutomaticCacheKeepsLogitsWithinAThousandth() {
    int[] tokens =
        DemoChat.all().stream()
            .flatMapToInt(chat -> Arrays.stream(chat.tokens()))
            .limit(LONG)
            .toArray();
    float[][] exact = logits(tokens, "f32");
    double automatic = distance(exact, logits(tokens, "auto"));
    assertTrue(automatic > 0, "nothing is rounded");
    assertTrue(automatic < 1e-3, "auto is off by " + automatic);
    double half = distance(exact, logits(tokens, "f16"));
    assertTrue(half > 1e-3, "half precision would do, too: off by " + half);
  }

  private static float[][] logits(int[] tokens, String cache) {
    float[][] logits = new float[tokens.length][];
    try (LanguageModel model = load(DEMO, Map.of("kv-cache", cache));
        Sequence sequence = model.compiled().openSequence(tokens.length)) {
      for (int from = 0; from < tokens.length; from += model.maxBatchTokens()) {
        int to = Math.min(from + model.maxBatchTokens(), tokens.length);
        int[] chunk = Arrays.copyOfRange(tokens, from, to);
        BatchResult result = model.compiled().forward(Batch.of(sequence, chunk, Batch.Wanted.ALL));
        for (int row = 0; row < chunk.length; row++) {
          MemorySegment source = result.logits(row);
          logits[from + row] = source.toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
        }
      }
    }
    return logits;
  }

  private static double distance(float[][] wanted, float[][] found) {
    double most = 0;
    for (int row = 0; row < wanted.length; row++) {
      for (int i = 0; i < wanted[row].length; i++) {
        most = Math.max(most, Math.abs(wanted[row][i] - found[row][i]));
      }
    }
    return most;
  }

  private static LanguageModel load(Path model, Map<String, String> properties) {
    return LanguageModel.load(
        model,
        LoadOptions.DEFAULT
            .withDevice("java")
            .withThreads(2)
            .withContext(LONG)
            .withDeviceProperties(properties),
        PluginRegistry.builtIn(),
        LoadListener.NONE);
  }
}
