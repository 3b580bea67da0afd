package dev.mobilellm.benchmarks.load;

import java.io.IOException;
import java.util.List;

/**
 * What the second question of a conversation costs beside its first.
 *
 * @param promptTokens of both prompts
 * @param cachedTokens of the second, that need not be read again
 * @param firstMillis to the first token of the first answer
 * @param secondMillis to that of the second
 */
record TwoTurns(long[] promptTokens, long cachedTokens, double firstMillis, double secondMillis) {

  static TwoTurns measure(AnswerStream server, Prompts prompts)
      throws IOException, InterruptedException {
    String question = prompts.next();
    Watch first = new Watch();
    AnswerStream.Answer answer = server.ask(List.of(question), first::came, () -> false);
    Watch second = new Watch();
    AnswerStream.Answer next =
        server.ask(List.of(question, answer.text(), "And twice that?"), second::came, () -> false);
    return new TwoTurns(
        new long[] {answer.promptTokens(), next.promptTokens()},
        next.cachedTokens(),
        first.millis,
        second.millis);
  }

  /** The second's time as a share of the first's. */
  double share() {
    return secondMillis / firstMillis;
  }

  private static final class Watch {

    private final long asked = System.nanoTime();
    private double millis;

    void came(long now) {
      if (millis == 0) {
        millis = (now - asked) / 1e6;
      }
    }
  }
}
