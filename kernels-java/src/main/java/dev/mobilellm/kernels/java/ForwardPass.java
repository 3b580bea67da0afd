package dev.mobilellm.kernels.java;

import dev.mobilellm.kernels.java.cache.PagedSequence;
import dev.mobilellm.kernels.java.spi.Pass;
import dev.mobilellm.spi.device.Batch;
import dev.mobilellm.spi.device.Sequence;
import dev.mobilellm.spi.graph.KvCache;
import java.util.Arrays;
import java.util.List;

/**
 * A batch spread out token by token. Refilled for each pass, so that decoding allocates nothing.
 */
final class ForwardPass implements Pass {

  private final Object program;
  private final int vocabularySize;
  private final int maxTokens;
  private int[] ids = new int[8];
  private int[] positions = new int[8];
  private int[] wantedTokens = new int[8];
  private int[] entryStarts = new int[2];
  private PagedSequence[] sequences = new PagedSequence[1];
  private int tokens;
  private int wanted;
  private int entries;

  ForwardPass(Object program, int vocabularySize, int maxTokens) {
    this.program = program;
    this.vocabularySize = vocabularySize;
    this.maxTokens = maxTokens;
  }

  /**
   * Takes over a batch.
   *
   * @throws IllegalArgumentException if it is refused; no sequence has changed
   */
  void fill(Batch batch) {
    reserve(batch);
    tokens = 0;
    wanted = 0;
    entries = 0;
    for (Batch.Entry entry : batch.entries()) {
      add(entry);
    }
    entryStarts[entries] = tokens;
  }

  /** Makes room in the caches. */
  void ensureCaches() {
    for (int entry = 0; entry < entries; entry++) {
      sequences[entry].ensure(sequences[entry].position() + length(entry));
    }
  }

  /** Counts the tokens as part of their sequences. */
  void advance() {
    for (int entry = 0; entry < entries; entry++) {
      sequences[entry].advance(length(entry));
    }
  }

  private int length(int entry) {
    return entryStarts[entry + 1] - entryStarts[entry];
  }

  private void reserve(Batch batch) {
    int count = batch.tokenCount();
    if (count > maxTokens) {
      throw new IllegalArgumentException(
          "a batch of %d tokens; at most %d were announced".formatted(count, maxTokens));
    }
    if (count > ids.length) {
      ids = new int[count];
      positions = new int[count];
      wantedTokens = new int[count];
    }
    List<Batch.Entry> all = batch.entries();
    if (all.size() > sequences.length) {
      sequences = new PagedSequence[all.size()];
      entryStarts = new int[all.size() + 1];
    }
  }

  private void add(Batch.Entry entry) {
    PagedSequence sequence = own(entry.sequence());
    int[] added = entry.tokens();
    int position = sequence.position();
    if (added.length > sequence.capacity() - position) {
      throw new IllegalArgumentException(
          "%d tokens after %d do not fit a capacity of %d"
              .formatted(added.length, position, sequence.capacity()));
    }
    sequences[entries] = sequence;
    entryStarts[entries++] = tokens;
    int firstWanted = added.length - entry.wantedRows();
    for (int t = 0; t < added.length; t++) {
      if (added[t] < 0 || added[t] >= vocabularySize) {
        throw new IllegalArgumentException(
            "token %d is outside the vocabulary of %d".formatted(added[t], vocabularySize));
      }
      if (t >= firstWanted) {
        wantedTokens[wanted++] = tokens;
      }
      ids[tokens] = added[t];
      positions[tokens++] = position + t;
    }
  }

  private PagedSequence own(Sequence sequence) {
    if (!(sequence instanceof PagedSequence own) || !own.belongsTo(program)) {
      throw new IllegalArgumentException("a sequence of another program");
    }
    if (own.isClosed()) {
      throw new IllegalArgumentException("a closed sequence");
    }
    if (Arrays.asList(sequences).subList(0, entries).contains(own)) {
      throw new IllegalArgumentException("a sequence stands twice in the batch");
    }
    return own;
  }

  @Override
  public int tokens() {
    return tokens;
  }

  @Override
  public int token(int index) {
    return ids[index];
  }

  @Override
  public int position(int index) {
    return positions[index];
  }

  @Override
  public int wanted() {
    return wanted;
  }

  @Override
  public int wantedToken(int row) {
    return wantedTokens[row];
  }

  @Override
  public int entries() {
    return entries;
  }

  @Override
  public int entryStart(int entry) {
    return entryStarts[entry];
  }

  @Override
  public CachePages cache(int entry, KvCache cache) {
    return sequences[entry].cache(cache);
  }
}
