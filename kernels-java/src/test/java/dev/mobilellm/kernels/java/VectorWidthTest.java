package dev.mobilellm.kernels.java;

import static org.junit.jupiter.api.Assertions.assertTrue;

import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** That the runs for narrower vectors do use them. */
@Tag("every-vector-width")
class VectorWidthTest {

  @Test
  void vectorsAreNotWiderThanThisRunIsFor() {
    int most = Integer.getInteger("mobilellm.test.vectorBits", 512);
    int bits = FloatVector.SPECIES_PREFERRED.vectorBitSize();
    assertTrue(bits <= most, () -> bits + " bits in a run for " + most);
    assertTrue(VectorWidth.description().startsWith(bits + "-bit"));
  }
}
