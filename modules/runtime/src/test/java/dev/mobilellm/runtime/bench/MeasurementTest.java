package dev.mobilellm.runtime.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mobilellm.runtime.bench.Measurement.Phase;
import dev.mobilellm.spi.device.DeviceLimits;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is derived from a measurement's rounds. */
class MeasurementTest {

  private static final Work WORK = new Work(900, 100, 4000);

  @Test
  void eachRoundAgainstTheLimitsOfItsTime() {
    // 500, 250 and 1000 bytes a second.
    Measurement measurement =
        decode(1, round(2, 1000, 8000), round(4, 500, 4000), round(1, 1250, 5000));
    assertEquals(Optional.of(0.5), measurement.shareOfRead(), "of 0.5, 0.5 and 0.8");
    assertEquals(Optional.of(0.25), measurement.shareOfPeak(), "of 0.25, 0.25 and 0.8");
    assertEquals(new Spread(500, 250, 1000), measurement.bytesPerSecond());
  }

  @Test
  void roundsInWhichMemoryChangedDoNotCount() {
    Round changed = new Round(1, List.of(new DeviceLimits(1000, 8), new DeviceLimits(2000, 8)));
    Round steady = new Round(2, List.of(new DeviceLimits(1000, 8), new DeviceLimits(950, 8)));
    assertEquals(500 / 975.0, decode(1, changed, steady).shareOfRead().orElseThrow(), 1e-12);
    assertEquals(
        1000 / 1500.0, decode(1, changed, changed).shareOfRead().orElseThrow(), 1e-12, "all did");
  }

  @Test
  void withoutLimitsThereAreNoShares() {
    Measurement measurement = decode(1, new Round(2, List.of()));
    assertEquals(Optional.empty(), measurement.shareOfRead());
    assertEquals(Optional.empty(), measurement.shareOfPeak());
  }

  @Test
  void comparesRoundWithRound() {
    Measurement one = decode(1, seconds(1), seconds(2), seconds(1));
    Measurement four = decode(4, seconds(2), seconds(2.5), seconds(1));
    assertEquals(3.2, four.timesOf(one), 1e-12, "of 2, 3.2 and 4");
    assertEquals(1, one.timesOf(one));
  }

  private static Measurement decode(int batch, Round... rounds) {
    return new Measurement(Phase.DECODE, 0, batch, 2, List.of(rounds), WORK);
  }

  private static Round seconds(double seconds) {
    return new Round(seconds, List.of());
  }

  private static Round round(double seconds, double bytes, double flops) {
    return new Round(
        seconds, List.of(new DeviceLimits(bytes, flops), new DeviceLimits(bytes, flops)));
  }
}
