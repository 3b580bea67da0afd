package dev.mobilellm.launcher.perplexity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.launcher.Installation;
import dev.mobilellm.runtime.LanguageModel;
import dev.mobilellm.runtime.LoadListener;
import dev.mobilellm.runtime.LoadOptions;
import dev.mobilellm.runtime.evaluation.Divergence;
import dev.mobilellm.runtime.evaluation.Evaluator;
import dev.mobilellm.runtime.evaluation.Perplexity;
import dev.mobilellm.runtime.evaluation.ScoredModel;
import dev.mobilellm.runtime.evaluation.Window;
import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.spi.text.Message;
import dev.mobilellm.testkit.DemoChat;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The chats that kernels are judged on, and that the device passes. */
class DemoChatsTest {

  /** {@code 23+8=31}, {@code 14/9=1 rem 5}; not a step of a longer sum. */
  private static final Pattern EQUATION =
      Pattern.compile("(?<![\\d*+/^-])(\\d+)([-+*/])(\\d+)=(-?\\d+)(?: rem (\\d+))?(?![\\d*+/-])");

  private static final List<DemoChat> CHATS = DemoChat.all();

  @Test
  void idsAreWhatTemplateAndTokenizerMake() {
    try (LanguageModel model = load("java")) {
      int end = model.tokenizer().special("<|eot_id|>").orElseThrow();
      for (DemoChat chat : CHATS) {
        List<Message> question = List.of(Message.user(chat.question()));
        assertArrayEquals(model.prompt(question).ids(), chat.prompt(), chat.question());
        int[] answer = model.tokenizer().encode(chat.answer());
        int[] reply = Arrays.copyOf(answer, answer.length + 1);
        reply[answer.length] = end;
        assertArrayEquals(reply, chat.reply(), chat.question());
      }
    }
  }

  @Test
  void theArithmeticIsRight() {
    int equations = 0;
    for (DemoChat chat : CHATS) {
      assertTrue(chat.answer().contains("\\boxed{"), chat.answer());
      for (MatchResult found : EQUATION.matcher(chat.answer()).results().toList()) {
        assertEquation(found);
        equations++;
      }
    }
    assertEquals(41, CHATS.size());
    assertTrue(equations > 150, equations + " equations");
  }

  @Test
  void theModelKnowsTheAnswers() {
    Perplexity answers = new Perplexity();
    try (LanguageModel model = load("java")) {
      List<Window> windows =
          CHATS.stream().map(chat -> new Window(chat.tokens(), chat.prompt().length)).toList();
      new Evaluator()
          .score(ScoredModel.of(model), windows, score -> answers.add(score.logProbability()));
    }
    assertEquals(CHATS.stream().mapToInt(chat -> chat.reply().length).sum(), answers.tokens());
    assertTrue(answers.value() < 1.02, "perplexity of the answers: " + answers.value());
  }

  @Test
  void theDeviceKeepsThePerplexityWithinHalfAPercent() {
    List<Window> windows =
        CHATS.stream().limit(14).map(chat -> new Window(chat.tokens(), 1)).toList();
    Perplexity found = new Perplexity();
    Perplexity wanted = new Perplexity();
    Divergence divergence = new Divergence();
    try (LanguageModel model = load("java");
        LanguageModel reference = load("reference")) {
      new Evaluator()
          .compare(
              ScoredModel.of(model),
              ScoredModel.of(reference),
              windows,
              comparison -> {
                found.add(comparison.model().logProbability());
                wanted.add(comparison.reference().logProbability());
                divergence.add(comparison);
              });
    }
    assertTrue(wanted.value() > 2, "questions are no answers: " + wanted.value());
    assertEquals(1, found.value() / wanted.value(), 0.005);
    assertTrue(divergence.agreement() > 0.99, "agreement " + divergence.agreement());
    assertTrue(divergence.mean() < 1e-3, "divergence " + divergence.mean());
  }

  private static void assertEquation(MatchResult found) {
    int left = Integer.parseInt(found.group(1));
    int right = Integer.parseInt(found.group(3));
    int expected =
        switch (found.group(2)) {
          case "+" -> left + right;
          case "-" -> left - right;
          case "*" -> left * right;
          default -> left / right;
        };
    assertEquals(expected, Integer.parseInt(found.group(4)), found.group());
    if (found.group(2).equals("/")) {
      String remainder = found.group(5) == null ? "0" : found.group(5);
      assertEquals(left % right, Integer.parseInt(remainder), found.group());
    }
  }

  private static LanguageModel load(String device) {
    return LanguageModel.load(
        Installation.current().demoModel(),
        LoadOptions.DEFAULT.withDevice(device).withThreads(2),
        PluginRegistry.builtIn(),
        LoadListener.NONE);
  }
}
