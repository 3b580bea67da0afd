package dev.mobilellm.runtime.scheduling;

import java.util.concurrent.atomic.LongAdder;

/** What a scheduler counts. Safe for several threads. */
final class Counters {

  final LongAdder accepted = new LongAdder();
  final LongAdder refused = new LongAdder();
  final LongAdder completed = new LongAdder();
  final LongAdder cancelled = new LongAdder();
  final LongAdder failed = new LongAdder();
  final LongAdder promptTokens = new LongAdder();
  final LongAdder cachedTokens = new LongAdder();
  final LongAdder generatedTokens = new LongAdder();
  final LongAdder cacheHits = new LongAdder();
  final LongAdder evictions = new LongAdder();
  final LongAdder passes = new LongAdder();

  SchedulerStatus.Totals totals() {
    return new SchedulerStatus.Totals(
        accepted.sum(),
        refused.sum(),
        completed.sum(),
        cancelled.sum(),
        failed.sum(),
        promptTokens.sum(),
        cachedTokens.sum(),
        generatedTokens.sum(),
        cacheHits.sum(),
        evictions.sum(),
        passes.sum());
  }
}
