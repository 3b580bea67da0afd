package dev.mobilellm.kernels.java.spi;

import dev.mobilellm.spi.graph.KvCache;
import dev.mobilellm.spi.graph.Value;

/** One forward pass: which tokens there are, and where they stand. */
public interface Pass {

  /** Tokens of all entries together. */
  int tokens();

  /** The id of a token. */
  int token(int index);

  /** The position of a token in its sequence. */
  int position(int index);

  /** The number of wanted rows. */
  int wanted();

  /** The token of a wanted row. */
  int wantedToken(int row);

  /** The number of sequences. */
  int entries();

  /** The first token of a sequence; that of {@code entries()} is {@link #tokens()}. */
  int entryStart(int entry);

  /** A sequence's cache, with room for its tokens of this pass. */
  CachePages cache(int entry, KvCache cache);

  /** How many rows a value of this kind has. */
  default int rows(Value.Rows rows) {
    return switch (rows) {
      case TOKENS -> tokens();
      case WANTED -> wanted();
    };
  }

  /**
   * Keys and values in pages of {@link #PAGE} positions, float32. A page of keys holds for each
   * head a matrix {@code [headDim][PAGE]}: positions side by side, so that scores need no sum
   * across lanes. A page of values holds for each head a matrix {@code [PAGE][valueStride]}.
   */
  interface CachePages {

    /** Positions of a page. */
    int PAGE = 256;

    /** Address of the keys of a page. */
    long keys(int page);

    /** Address of the values of a page. */
    long values(int page);

    /** Floats from the values of one position to those of the next; at least headDim. */
    int valueStride();
  }
}
