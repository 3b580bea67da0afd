package dev.mobilellm.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.runtime.scheduling.SchedulerStatus;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class MetricsTest {

  private static final Pattern SAMPLE =
      Pattern.compile(
          "([a-z_:][a-z0-9_:]*)(?:\\{((?:[a-z_]+=\"(?:[^\"\\\\\n"
              + "]|\\\\[\\\\\"n])*\",?)*)})? (\\S+)");

  private static final SchedulerStatus STATUS =
      new SchedulerStatus(
          2, 3, 4, 500, 600, new SchedulerStatus.Totals(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));

  private final Metrics metrics = new Metrics();

  @Test
  void everySampleHasHelpAndType() {
    metrics.reply(200);
    metrics.reply(429);
    metrics.stalled();
    Map<String, String> types = new HashMap<>();
    Map<String, String> helps = new HashMap<>();
    String text = metrics.text(STATUS, Map.of("model", "a \"b\" \\ c\nd", "version", "1"));
    assertTrue(text.endsWith("\n"));
    for (String line : text.lines().toList()) {
      String[] words = line.split(" ", 4);
      if (line.startsWith("# HELP ")) {
        helps.put(words[2], words[3]);
      } else if (line.startsWith("# TYPE ")) {
        assertNotNull(helps.get(words[2]), line);
        assertEquals(null, types.put(words[2], words[3]), "a type twice: " + line);
      } else {
        Matcher sample = SAMPLE.matcher(line);
        assertTrue(sample.matches(), line);
        Double.parseDouble(sample.group(3));
        String family = sample.group(1).replaceFirst("_(bucket|sum|count)$", "");
        String type = types.getOrDefault(family, types.get(sample.group(1)));
        assertNotNull(type, line);
        assertTrue(sample.group(1).startsWith("mobilellm_"), line);
        assertEquals(type.equals("counter"), sample.group(1).endsWith("_total"), line);
      }
    }
    assertTrue(text.contains("model=\"a \\\"b\\\" \\\\ c\\nd\""), text);
    assertTrue(text.contains("\nmobilellm_http_replies_total{status=\"429\"} 1\n"), text);
    assertTrue(text.contains("\nmobilellm_requests_queued 3\n"), text);
    assertTrue(text.contains("\nmobilellm_kv_cache_bytes 500\n"), text);
    assertTrue(text.contains("\nmobilellm_prompt_tokens_cached_total 7\n"), text);
  }

  @Test
  void histogramsAreCumulative() {
    List.of(500_000L, 30_000_000L, 30_000_000L, 9_000_000_000L).forEach(metrics::nextToken);
    String text = metrics.text(STATUS, Map.of());
    Map<Double, Long> buckets = new LinkedHashMap<>();
    Matcher bucket =
        Pattern.compile("mobilellm_time_between_tokens_seconds_bucket\\{le=\"(.*)\"} (\\d+)")
            .matcher(text);
    while (bucket.find()) {
      String bound = bucket.group(1).replace("+Inf", "Infinity");
      buckets.put(Double.parseDouble(bound), Long.parseLong(bucket.group(2)));
    }
    assertEquals(1, buckets.get(0.001));
    assertEquals(1, buckets.get(0.025));
    assertEquals(3, buckets.get(0.05));
    assertEquals(3, buckets.get(2.5));
    assertEquals(4, buckets.get(Double.POSITIVE_INFINITY));
    assertTrue(text.contains("mobilellm_time_between_tokens_seconds_sum 9.0605\n"), text);
    assertTrue(text.contains("mobilellm_time_between_tokens_seconds_count 4\n"), text);
    assertTrue(text.contains("mobilellm_time_to_first_token_seconds_count 0\n"), text);
  }
}
