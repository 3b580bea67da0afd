package dev.mobilellm.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Who can work with whom. */
class SpiVersionTest {

  @Test
  void readsTheFirstTwoNumbers() {
    assertEquals(Optional.of(new SpiVersion(0, 1)), SpiVersion.parse("0.1.0-SNAPSHOT"));
    assertEquals(Optional.of(new SpiVersion(12, 34)), SpiVersion.parse("12.34"));
    assertEquals(Optional.empty(), SpiVersion.parse("snapshot"));
    assertEquals(Optional.empty(), SpiVersion.parse("99999999999.1"));
  }

  @Test
  void sameMajorAndNoNewerMinor() {
    SpiVersion own = new SpiVersion(1, 4);
    assertTrue(own.serves(new SpiVersion(1, 4)));
    assertTrue(own.serves(new SpiVersion(1, 0)));
    assertFalse(own.serves(new SpiVersion(1, 5)));
    assertFalse(own.serves(new SpiVersion(2, 0)));
    assertFalse(own.serves(new SpiVersion(0, 9)));
  }
}
