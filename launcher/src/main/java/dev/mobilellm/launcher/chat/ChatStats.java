package dev.mobilellm.launcher.chat;

import dev.mobilellm.launcher.report.Quantity;
import dev.mobilellm.launcher.report.Table;
import dev.mobilellm.runtime.generation.Generation;
import java.time.Duration;
import java.util.List;

/** The numbers of a conversation. */
final class ChatStats {

  private ChatStats() {}

  static List<String> lines(ChatSession session) {
    Table table = new Table();
    session.last().ifPresent(answer -> add(answer, table));
    long answers = session.messages().stream().filter(m -> m.role().equals("assistant")).count();
    table.row(
        "context",
        "%d of %d tokens, %d answers".formatted(session.position(), session.capacity(), answers));
    return table.lines("");
  }

  private static void add(Generation answer, Table table) {
    table.row(
        "prompt",
        "%d tokens, %d of them from the cache"
            .formatted(answer.promptTokens(), answer.cachedTokens()));
    table.row(
        "prefill",
        rate(
            answer.promptTokens() - answer.cachedTokens(),
            answer.prefillTime(),
            answer.prefillTokensPerSecond()));
    table.row(
        "decode",
        rate(answer.tokens().length, answer.decodeTime(), answer.decodeTokensPerSecond()));
    table.row("ended by", answer.finishReason().label() + ", seed " + answer.seed());
  }

  private static String rate(int tokens, Duration time, double tokensPerSecond) {
    return "%d tokens in %s s, %s tokens/s"
        .formatted(
            tokens,
            Quantity.decimal(time.toNanos() / 1e9, 2),
            Quantity.decimal(tokensPerSecond, 1));
  }
}
