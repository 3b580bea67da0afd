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
   * Keys and values in pages of {@link #PAGE} positions, of the type that {@link
   * KernelContext#cacheTypes} tells. Matrices are cut into panels, columns side by side; a panel's
   * rows follow each other. A row is two vectors of floats, or one vector of 32-bit words that hold
   * two 16-bit or four 8-bit values each: a word's n-th value is column {@code n * lanes + word}.
   *
   * <p>The keys of a head and page are a matrix {@code [headDim][PAGE]}: positions side by side, so
   * that scores need no sum across lanes. Its values are {@code [PAGE][headDim]}, with columns up
   * to whole panels.
   */
  interface CachePages {

    /** Positions of a page. */
    int PAGE = 256;

    /** Address of a head's keys. */
    long keys(int page, int head);

    /** Address of a head's values. */
    long values(int page, int head);

    /** Address of the scales of a head's keys, {@link #PAGE} floats, if the type has scales. */
    long keyScales(int page, int head);

    /** Address of the scales of a head's values, {@link #PAGE} floats, if the type has scales. */
    long valueScales(int page, int head);
  }
}
