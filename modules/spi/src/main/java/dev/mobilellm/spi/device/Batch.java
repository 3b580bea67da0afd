package dev.mobilellm.spi.device;

import java.util.List;

/**
 * The tokens of one forward pass, of one or several sequences. The weights are read once for all.
 *
 * @param entries at least one; each sequence at most once
 * @param output in which form the wanted rows are handed out
 */
public record Batch(List<Entry> entries, Output output) {

  /** Of which tokens logits are wanted. */
  public enum Wanted {
    NONE,
    LAST,
    ALL
  }

  /** What is made of the wanted rows. */
  public enum Output {
    /** The logits. */
    LOGITS,
    /** Only the id of the largest logit, the lowest id among equals: less to transfer. */
    ARGMAX
  }

  /**
   * @param sequence to which the tokens are appended
   * @param tokens at least one id
   * @param wanted of which of them logits are wanted
   */
  public record Entry(Sequence sequence, int[] tokens, Wanted wanted) {

    public Entry {
      if (tokens.length == 0) {
        throw new IllegalArgumentException("an entry without tokens");
      }
      tokens = tokens.clone();
    }

    /** How many rows are wanted. */
    public int wantedRows() {
      return switch (wanted) {
        case NONE -> 0;
        case LAST -> 1;
        case ALL -> tokens.length;
      };
    }
  }

  public Batch {
    entries = List.copyOf(entries);
    if (entries.isEmpty()) {
      throw new IllegalArgumentException("a batch without entries");
    }
  }

  /** One sequence, with logits handed out. */
  public static Batch of(Sequence sequence, int[] tokens, Wanted wanted) {
    return new Batch(List.of(new Entry(sequence, tokens, wanted)), Output.LOGITS);
  }

  /** All tokens. */
  public int tokenCount() {
    return entries.stream().mapToInt(entry -> entry.tokens().length).sum();
  }

  /** All wanted rows. */
  public int wantedRows() {
    return entries.stream().mapToInt(Entry::wantedRows).sum();
  }
}
