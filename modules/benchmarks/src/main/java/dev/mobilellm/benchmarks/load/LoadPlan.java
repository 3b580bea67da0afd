package dev.mobilellm.benchmarks.load;

import dev.mobilellm.spi.UsageException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What clients do.
 *
 * @param server its address, without {@code /v1}
 * @param clients how many at once, one measurement each
 * @param time of a measurement
 * @param maxTokens of an answer
 * @param temperature 0: the likeliest token; otherwise top-p is 0.95
 * @param promptWords lengths of prompts, which take turns
 * @param turns length of the first prompt of a conversation of two turns, measured after the rest;
 *     0: none
 * @param apiKey for a server that wants one
 * @param json one object in place of a table
 * @param chart an SVG file
 */
record LoadPlan(
    URI server,
    List<Integer> clients,
    Duration time,
    int maxTokens,
    double temperature,
    List<Integer> promptWords,
    int turns,
    Optional<String> apiKey,
    boolean json,
    Optional<Path> chart) {

  static final String USAGE =
      "Wanted are URL, and perhaps --clients 1,4,8,16 --seconds 30 --max-tokens 128 --temperature 0"
          + " --prompt-words 20,200 --turns 0 --api-key KEY --json --chart FILE.svg";

  /**
   * Reads arguments.
   *
   * @throws UsageException if they are others
   */
  static LoadPlan of(String... arguments) {
    if (arguments.length == 0) {
      throw new UsageException(USAGE + "; found none.");
    }
    LoadPlan plan =
        new LoadPlan(
            URI.create(arguments[0].replaceFirst("/+(v1/*)?$", "")),
            List.of(1, 4, 8, 16),
            Duration.ofSeconds(30),
            128,
            0,
            List.of(20, 200),
            0,
            Optional.empty(),
            false,
            Optional.empty());
    if (plan.server.getScheme() == null || plan.server.getHost() == null) {
      throw new UsageException(
          "The URL must be like http://127.0.0.1:8080, found \"%s\".".formatted(arguments[0]));
    }
    for (int i = 1; i < arguments.length; i++) {
      String flag = arguments[i];
      if (flag.equals("--json")) {
        plan = plan.withJson();
      } else if (i + 1 < arguments.length) {
        plan = plan.with(flag, arguments[++i]);
      } else {
        throw new UsageException("%s; found %s without a value.".formatted(USAGE, flag));
      }
    }
    return plan;
  }

  private LoadPlan withJson() {
    return new LoadPlan(
        server, clients, time, maxTokens, temperature, promptWords, turns, apiKey, true, chart);
  }

  private LoadPlan with(String flag, String value) {
    boolean known =
        List.of(
                "--clients",
                "--seconds",
                "--max-tokens",
                "--temperature",
                "--prompt-words",
                "--turns",
                "--api-key",
                "--chart")
            .contains(flag);
    if (!known) {
      throw new UsageException("%s; found %s.".formatted(USAGE, flag));
    }
    return new LoadPlan(
        server,
        flag.equals("--clients") ? numbers(flag, value) : clients,
        flag.equals("--seconds") ? Duration.ofSeconds(number(flag, value, 1)) : time,
        flag.equals("--max-tokens") ? number(flag, value, 1) : maxTokens,
        flag.equals("--temperature") ? temperature(value) : temperature,
        flag.equals("--prompt-words") ? numbers(flag, value) : promptWords,
        flag.equals("--turns") ? number(flag, value, 0) : turns,
        flag.equals("--api-key") ? Optional.of(value) : apiKey,
        json,
        flag.equals("--chart") ? Optional.of(LoadChart.drawable(Path.of(value))) : chart);
  }

  private static double temperature(String value) {
    try {
      return Double.parseDouble(value);
    } catch (NumberFormatException _) {
      throw new UsageException("--temperature takes a number, found \"%s\".".formatted(value));
    }
  }

  private static List<Integer> numbers(String flag, String value) {
    return Stream.of(value.split(",", -1)).map(part -> number(flag, part, 1)).toList();
  }

  private static int number(String flag, String value, int least) {
    try {
      int number = Integer.parseInt(value.strip());
      if (number >= least) {
        return number;
      }
    } catch (NumberFormatException _) {
      // Told below, like a number that is too small.
    }
    throw new UsageException(
        "%s takes whole numbers from %d on, found \"%s\".".formatted(flag, least, value));
  }
}
