package dev.mobilellm.spi.graph;

/**
 * A float32 matrix that one operation writes and later ones read: one row for each token of the
 * batch, or for each row of which logits are wanted.
 *
 * @param id unique in its program, from 0
 * @param width columns
 * @param rows which rows there are; how many is known at run time only
 */
public record Value(int id, int width, Rows rows) {

  /** What a row of a value stands for. */
  public enum Rows {
    /** Each token of the batch, in its order. */
    TOKENS,
    /** Each token of the batch of which logits are wanted, in its order. */
    WANTED
  }

  public Value {
    if (id < 0 || width < 1) {
      throw new IllegalArgumentException("no such value: id " + id + ", width " + width);
    }
  }
}
