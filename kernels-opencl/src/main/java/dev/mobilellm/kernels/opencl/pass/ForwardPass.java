package dev.mobilellm.kernels.opencl.pass;

import dev.mobilellm.kernels.opencl.driver.Context;
import dev.mobilellm.kernels.opencl.driver.DeviceBuffer;
import dev.mobilellm.kernels.opencl.driver.Queue;
import dev.mobilellm.spi.device.Batch;
import dev.mobilellm.spi.device.Sequence;
import dev.mobilellm.spi.graph.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * A batch spread out token by token, as kernels read it; pass.cl says how it lies in memory.
 *
 * <p>Wanted rows may be worked on in blocks: {@link #wantedFirst} and {@link #rows} tell about the
 * block at hand.
 */
public final class ForwardPass implements AutoCloseable {

  /** Up to so many tokens a block of rows is one row: there is little to share. */
  public static final int FEW_TOKENS = 8;

  /** Rows of a block where there are more; they share what is read of the cache. */
  private static final int MANY_ROWS = 4;

  private record Placed(PooledSequence sequence, int[] tokens, int firstWanted) {}

  private final CachePool pool;
  private final PositionTables tables;
  private final StagedInts staged;
  private final int vocabularySize;
  private final int maxTokens;
  private final List<Placed> entries = new ArrayList<>();
  private int tokens;
  private int wanted;
  private int wantedFirst;
  private int wantedRows;
  private int blocks;
  private int blockRows;
  private int blocksAt;
  private int tablesAt;
  private int longest;

  /**
   * @param maxTokens the most of a pass
   */
  public ForwardPass(
      Context context, CachePool pool, PositionTables tables, int vocabularySize, int maxTokens) {
    this.pool = pool;
    this.tables = tables;
    this.vocabularySize = vocabularySize;
    this.maxTokens = maxTokens;
    staged = new StagedInts(context);
  }

  /**
   * Takes over a batch.
   *
   * @throws IllegalArgumentException if it is refused; no sequence has changed
   */
  public void fill(Batch batch) {
    tokens = batch.tokenCount();
    if (tokens > maxTokens) {
      throw new IllegalArgumentException(
          "a batch of %d tokens; at most %d were announced".formatted(tokens, maxTokens));
    }
    entries.clear();
    batch.entries().forEach(this::add);
    wanted = batch.wantedRows();
    entries.forEach(e -> e.sequence().ensure(e.sequence().position() + e.tokens().length));
  }

  private void add(Batch.Entry entry) {
    PooledSequence sequence = own(entry.sequence());
    int[] added = entry.tokens();
    if (added.length > sequence.capacity() - sequence.position()) {
      throw new IllegalArgumentException(
          "%d tokens after %d do not fit a capacity of %d"
              .formatted(added.length, sequence.position(), sequence.capacity()));
    }
    for (int token : added) {
      if (token < 0 || token >= vocabularySize) {
        throw new IllegalArgumentException(
            "token %d is outside the vocabulary of %d".formatted(token, vocabularySize));
      }
    }
    entries.add(new Placed(sequence, added, added.length - entry.wantedRows()));
  }

  private PooledSequence own(Sequence sequence) {
    if (!(sequence instanceof PooledSequence own) || !own.belongsTo(pool)) {
      throw new IllegalArgumentException("a sequence of another program");
    }
    if (own.isClosed()) {
      throw new IllegalArgumentException("a closed sequence");
    }
    if (entries.stream().anyMatch(entry -> entry.sequence() == own)) {
      throw new IllegalArgumentException("a sequence stands twice in the batch");
    }
    return own;
  }

  /** Sends it to the device, in one transfer. */
  public void send(Queue queue) {
    blockRows = tokens > FEW_TOKENS ? MANY_ROWS : 1;
    int pages = 0;
    blocks = 0;
    longest = 0;
    for (Placed entry : entries) {
      pages += entry.sequence().pages().length;
      blocks += (entry.tokens().length + blockRows - 1) / blockRows;
      longest = Math.max(longest, entry.sequence().position() + entry.tokens().length);
    }
    int pagesAt = 3 * tokens + wanted;
    blocksAt = pagesAt + pages;
    tablesAt = blocksAt + 2 * blocks;
    int count = tablesAt + tokens * tables.width();
    staged.begin(count);
    write(pagesAt);
    staged.send(queue, count);
  }

  private void write(int firstPage) {
    int row = 0;
    int wantedAt = 3 * tokens;
    int pagesAt = firstPage;
    int blockAt = blocksAt;
    for (Placed entry : entries) {
      int length = entry.tokens().length;
      for (int t = 0; t < length; t += blockRows) {
        staged.put(blockAt++, row + t);
        staged.put(blockAt++, Math.min(blockRows, length - t));
      }
      for (int t = 0; t < length; t++, row++) {
        int position = entry.sequence().position() + t;
        staged.put(row, entry.tokens()[t]);
        staged.put(tokens + row, position);
        staged.put(2 * tokens + row, pagesAt);
        if (t >= entry.firstWanted()) {
          staged.put(wantedAt++, row);
        }
        tables.fill(staged, tablesAt, row, tokens, position);
      }
      for (int page : entry.sequence().pages()) {
        staged.put(pagesAt++, page);
      }
    }
  }

  /** Counts the tokens as part of their sequences. */
  public void advance() {
    entries.forEach(entry -> entry.sequence().advance(entry.tokens().length));
    entries.clear();
  }

  /** Turns to some of the wanted rows. */
  public void turnToWanted(int first, int rows) {
    wantedFirst = first;
    wantedRows = rows;
  }

  /** How many rows a value has, for wanted rows those of the block at hand. */
  public int rows(Value.Rows rows) {
    return switch (rows) {
      case TOKENS -> tokens;
      case WANTED -> wantedRows;
    };
  }

  public int tokens() {
    return tokens;
  }

  /** All wanted rows. */
  public int wanted() {
    return wanted;
  }

  /** The first wanted row of the block at hand. */
  public int wantedFirst() {
    return wantedFirst;
  }

  /** The pass on the device. */
  public DeviceBuffer buffer() {
    return staged.buffer();
  }

  /** Blocks of rows of one sequence, for the attention. */
  public int blocks() {
    return blocks;
  }

  /** The most rows of a block. */
  public int blockRows() {
    return blockRows;
  }

  /** Where the blocks stand in the buffer. */
  public int blocksAt() {
    return blocksAt;
  }

  /** Positions of the longest sequence, this pass included. */
  public int longest() {
    return longest;
  }

  /** Where the table of a rotary embedding stands in the buffer. */
  public int rotaryAt(int number) {
    return tablesAt + tables.rotaryStart(number, tokens);
  }

  /** Where the table of a temper stands in the buffer. */
  public int temperAt(int number) {
    return tablesAt + tables.temperStart(number, tokens);
  }

  /** When the queue is finished. */
  @Override
  public void close() {
    staged.close();
  }
}
