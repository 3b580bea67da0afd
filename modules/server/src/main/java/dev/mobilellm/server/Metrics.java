package dev.mobilellm.server;

import dev.mobilellm.runtime.scheduling.SchedulerStatus;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

/** What the server counts, in the text format of Prometheus. Safe for several threads. */
final class Metrics {

  private static final double[] FIRST = {
    0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100
  };
  private static final double[] NEXT = {
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5
  };

  private final Histogram first = new Histogram(FIRST);
  private final Histogram next = new Histogram(NEXT);
  private final LongAdder stalled = new LongAdder();
  private final Map<Integer, LongAdder> replies = new ConcurrentSkipListMap<>();

  /** Nanoseconds from a request's arrival to its first token. */
  void firstToken(long nanos) {
    first.add(nanos);
  }

  /** Nanoseconds between two tokens of an answer. */
  void nextToken(long nanos) {
    next.add(nanos);
  }

  /** A client did not take in time what it was sent. */
  void stalled() {
    stalled.increment();
  }

  /** A reply with a status. */
  void reply(int status) {
    replies.computeIfAbsent(status, _ -> new LongAdder()).increment();
  }

  /**
   * All of it.
   *
   * @param build labels of what never changes
   */
  String text(SchedulerStatus status, Map<String, String> build) {
    SchedulerStatus.Totals totals = status.totals();
    StringBuilder text = new StringBuilder();
    head(text, "gauge", "build_info", "What runs here");
    text.append("mobilellm_build_info{%s} 1\n".formatted(labels(build)));
    one(text, "gauge", "requests_running", "Answers that are being made", status.running());
    one(text, "gauge", "requests_queued", "Requests that wait", status.queued());
    one(text, "gauge", "prefix_cache_sequences", "Cached prompts", status.cachedPrompts());
    one(text, "gauge", "kv_cache_bytes", "Memory promised or kept", status.cacheBytes());
    one(text, "gauge", "kv_cache_limit_bytes", "The most of it", status.cacheBytesLimit());
    one(text, "counter", "requests_accepted_total", "Got a place", totals.accepted());
    one(text, "counter", "requests_refused_total", "Got none", totals.refused());
    one(text, "counter", "answers_completed_total", "Ended as they should", totals.completed());
    one(text, "counter", "answers_cancelled_total", "Client went away", totals.cancelled());
    one(text, "counter", "answers_failed_total", "Ended with an error", totals.failed());
    one(text, "counter", "prompt_tokens_total", "Tokens of prompts", totals.promptTokens());
    one(text, "counter", "prompt_tokens_cached_total", "From the cache", totals.cachedTokens());
    one(text, "counter", "generated_tokens_total", "Tokens of answers", totals.generatedTokens());
    one(text, "counter", "prefix_cache_hits_total", "Prompts found", totals.cacheHits());
    one(text, "counter", "prefix_cache_evictions_total", "Prompts dropped", totals.evictions());
    one(text, "counter", "forward_passes_total", "Passes over the weights", totals.passes());
    one(text, "counter", "stalled_clients_total", "Did not read in time", stalled.sum());
    head(text, "counter", "http_replies_total", "Replies by status");
    replies.forEach(
        (code, count) ->
            text.append(
                "mobilellm_http_replies_total{status=\"%d\"} %d\n".formatted(code, count.sum())));
    first.write(text, "time_to_first_token_seconds", "From arrival to the first token");
    next.write(text, "time_between_tokens_seconds", "Between two tokens of an answer");
    return text.toString();
  }

  private static String labels(Map<String, String> labels) {
    return new TreeMap<>(labels)
        .entrySet().stream()
            .map(label -> "%s=\"%s\"".formatted(label.getKey(), escaped(label.getValue())))
            .collect(Collectors.joining(","));
  }

  private static String escaped(String value) {
    return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }

  private static void head(StringBuilder text, String type, String name, String help) {
    text.append(
        "# HELP mobilellm_%s %s.\n# TYPE mobilellm_%s %s\n".formatted(name, help, name, type));
  }

  private static void one(StringBuilder text, String type, String name, String help, long value) {
    head(text, type, name, help);
    text.append("mobilellm_%s %d\n".formatted(name, value));
  }

  /** Seconds in buckets. */
  private static final class Histogram {

    private final double[] bounds;
    private final LongAdder[] counts;
    private final LongAdder nanos = new LongAdder();

    Histogram(double[] bounds) {
      this.bounds = bounds;
      counts = new LongAdder[bounds.length + 1];
      for (int i = 0; i < counts.length; i++) {
        counts[i] = new LongAdder();
      }
    }

    void add(long value) {
      int bucket = 0;
      while (bucket < bounds.length && value > bounds[bucket] * 1e9) {
        bucket++;
      }
      counts[bucket].increment();
      nanos.add(value);
    }

    void write(StringBuilder text, String name, String help) {
      head(text, "histogram", name, help);
      long sum = 0;
      for (int i = 0; i < counts.length; i++) {
        sum += counts[i].sum();
        String bound = i < bounds.length ? String.valueOf(bounds[i]) : "+Inf";
        text.append("mobilellm_%s_bucket{le=\"%s\"} %d\n".formatted(name, bound, sum));
      }
      text.append("mobilellm_%s_sum %s\n".formatted(name, nanos.sum() / 1e9));
      text.append("mobilellm_%s_count %d\n".formatted(name, sum));
    }
  }
}
