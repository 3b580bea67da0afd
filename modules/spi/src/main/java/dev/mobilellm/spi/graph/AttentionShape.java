package dev.mobilellm.spi.graph;

import java.util.Optional;

/**
 * How queries meet keys. Query head {@code h} reads key/value head {@code h / (heads / kvHeads)}.
 *
 * @param heads query heads, a multiple of kvHeads
 * @param kvHeads key/value heads
 * @param headDim values per head
 * @param scale factor of every score, usually 1/sqrt(headDim)
 * @param chunk position i sees position j &lt;= i only where i / chunk == j / chunk; 0: all j &lt;=
 *     i
 * @param temper scaling of queries with the position, if any
 */
public record AttentionShape(
    int heads, int kvHeads, int headDim, float scale, int chunk, Optional<Temper> temper) {

  /**
   * Temperature tuning of Llama 4: the query at a position is multiplied by {@code
   * log1p(floor((position + 1) / floorScale)) * attnScale + 1}.
   */
  public record Temper(double floorScale, double attnScale) {

    /** The factor at a position. */
    public float factor(int position) {
      return (float) (Math.log1p(Math.floor((position + 1) / floorScale)) * attnScale + 1);
    }
  }

  public AttentionShape {
    if (heads < 1 || kvHeads < 1 || heads % kvHeads != 0 || headDim < 1 || chunk < 0) {
      throw new IllegalArgumentException(
          "no such attention: %d heads, %d key/value heads, headDim %d, chunk %d"
              .formatted(heads, kvHeads, headDim, chunk));
    }
  }

  /** Width of queries and of the output. */
  public int queryWidth() {
    return heads * headDim;
  }

  /** Width of keys and of values. */
  public int kvWidth() {
    return kvHeads * headDim;
  }

  /** The first position that a query at {@code position} sees. */
  public int firstVisible(int position) {
    return chunk == 0 ? 0 : position - position % chunk;
  }
}
