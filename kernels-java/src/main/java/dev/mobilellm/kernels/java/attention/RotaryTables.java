package dev.mobilellm.kernels.java.attention;

import dev.mobilellm.spi.graph.RotaryEmbedding;
import java.util.HashMap;
import java.util.Map;

/** The tables of one program, shared by its layers. */
public final class RotaryTables {

  private final Map<RotaryEmbedding, RotaryTable> tables = new HashMap<>();

  RotaryTable of(RotaryEmbedding rotary) {
    return tables.computeIfAbsent(rotary, RotaryTable::new);
  }
}
