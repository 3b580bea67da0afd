package dev.mobilellm.runtime.scheduling;

import java.time.Duration;

/** How long answers take, as a moving average. Safe for several threads. */
final class ServiceTime {

  private static final double WEIGHT_OF_THE_LATEST = 0.2;
  private static final long SHORTEST = 1;
  private static final long LONGEST = 300;

  private double seconds;

  synchronized void add(Duration answer) {
    double latest = answer.toNanos() / 1e9;
    seconds = seconds == 0 ? latest : seconds + WEIGHT_OF_THE_LATEST * (latest - seconds);
  }

  /** When a place becomes free behind so many that wait, in whole seconds. */
  synchronized Duration untilFree(int queued, int places) {
    double wait = seconds * (queued + 1) / places;
    return Duration.ofSeconds(Math.clamp((long) Math.ceil(wait), SHORTEST, LONGEST));
  }
}
