package dev.mobilellm.launcher.convert;

/** Guesses how long work still takes from how long it took so far. */
final class TimeLeft {

  private final long start = System.nanoTime();

  /** Seconds since this was made. */
  double seconds() {
    return (System.nanoTime() - start) / 1e9;
  }

  /** {@code , 40 s left} or {@code , 12 min left}; empty before anything can be said. */
  String text(long done, long total) {
    if (done == 0) {
      return "";
    }
    long left = Math.round(seconds() * (total - done) / done);
    return left < 100 ? ", " + left + " s left" : ", " + Math.round(left / 60.0) + " min left";
  }
}
