package dev.mobilellm.kernels.java.cache;

import dev.mobilellm.kernels.java.spi.Pass.CachePages;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.device.Sequence;
import dev.mobilellm.spi.graph.KvCache;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;

/** A conversation with its caches. Pages are added as positions are reached and never move. */
public final class PagedSequence implements Sequence {

  private final Object owner;
  private final PageLayouts layouts;
  private final CachePages[] caches;
  private final int capacity;
  private final Arena arena = Arena.ofShared();
  private long[] pages = {};
  private int position;
  private boolean closed;

  /**
   * An empty conversation.
   *
   * @param owner the program that it belongs to
   * @param capacity at least 1
   */
  public PagedSequence(Object owner, PageLayouts layouts, List<KvCache> caches, int capacity) {
    this.owner = owner;
    this.layouts = layouts;
    this.capacity = capacity;
    this.caches = caches.stream().map(View::new).toArray(CachePages[]::new);
  }

  public boolean belongsTo(Object program) {
    return owner == program;
  }

  public boolean isClosed() {
    return closed;
  }

  /**
   * Makes room for positions below a bound.
   *
   * @throws ModelException if there is no memory for them; the sequence is as before
   */
  public void ensure(int bound) {
    int wanted = (bound + CachePages.PAGE - 1) / CachePages.PAGE;
    while (pages.length < wanted) {
      long page;
      try {
        page = arena.allocate(layouts.of(pages.length).pageBytes(), 64).address();
      } catch (OutOfMemoryError e) {
        throw new ModelException(
            "There is no memory for the key/value cache beyond %d positions (%d MB so far); shorten the conversation or ask for a smaller --context."
                .formatted(pages.length * CachePages.PAGE, megabytes()),
            e);
      }
      pages = Arrays.copyOf(pages, pages.length + 1);
      pages[pages.length - 1] = page;
    }
  }

  private long megabytes() {
    return pages.length == 0 ? 0 : layouts.bytes(pages.length * CachePages.PAGE) >> 20;
  }

  /** The pages of one cache. */
  public CachePages cache(KvCache cache) {
    return caches[cache.index()];
  }

  /** Counts tokens whose keys and values are in the cache by now. */
  public void advance(int tokens) {
    position += tokens;
  }

  @Override
  public int position() {
    return position;
  }

  @Override
  public int capacity() {
    return capacity;
  }

  @Override
  public void truncate(int newPosition) {
    if (closed) {
      throw new IllegalStateException("the sequence is closed");
    }
    if (newPosition < 0 || newPosition > position) {
      throw new IllegalArgumentException(
          "cannot truncate a sequence of %d tokens to %d".formatted(position, newPosition));
    }
    position = newPosition;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      arena.close();
    }
  }

  private final class View implements CachePages {

    private final KvCache cache;

    View(KvCache cache) {
      this.cache = cache;
    }

    private CacheLayout.Place place(int page) {
      return layouts.of(page).place(cache);
    }

    @Override
    public long keys(int page, int head) {
      return pages[page] + place(page).keys() + head * place(page).keyHead();
    }

    @Override
    public long values(int page, int head) {
      return pages[page] + place(page).values() + head * place(page).valueHead();
    }

    @Override
    public long keyScales(int page, int head) {
      return pages[page] + place(page).keyScales() + head * CacheLayout.SCALES;
    }

    @Override
    public long valueScales(int page, int head) {
      return pages[page] + place(page).valueScales() + head * CacheLayout.SCALES;
    }
  }
}
