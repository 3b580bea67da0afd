package dev.mobilellm.kernels.java;

import jdk.incubator.vector.FloatVector;

/** The vectors of this machine; apart, because the provider must load without the Vector API. */
final class VectorWidth {

  private VectorWidth() {}

  static String description() {
    return FloatVector.SPECIES_PREFERRED.vectorBitSize() + "-bit vectors";
  }
}
