package dev.mobilellm.kernels.java.cache;

import dev.mobilellm.kernels.java.spi.Pass.CachePages;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.device.Sequence;
import dev.mobilellm.spi.graph.KvCache;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A conversation with its caches. Pages are added as positions are reached. Forks share pages; who
 * writes to one that others have, too, gets a copy of its own first.
 */
public final class PagedSequence implements Sequence {

  private final Object owner;
  private final PageLayouts layouts;
  private final CachePages[] caches;
  private final List<KvCache> kvCaches;
  private final int capacity;
  private Page[] pages = {};
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
    this.kvCaches = caches;
    this.caches = caches.stream().map(View::new).toArray(CachePages[]::new);
  }

  public boolean belongsTo(Object program) {
    return owner == program;
  }

  public boolean isClosed() {
    return closed;
  }

  /**
   * Makes room for the positions from the present one to a bound, to be written to.
   *
   * @throws ModelException if there is no memory for them; the sequence holds what it held
   */
  public void ensure(int bound) {
    int wanted = (bound + CachePages.PAGE - 1) / CachePages.PAGE;
    for (int page = position / CachePages.PAGE; page < wanted; page++) {
      try {
        if (page == pages.length) {
          Page added = Page.allocate(layouts.of(page).pageBytes());
          pages = Arrays.copyOf(pages, page + 1);
          pages[page] = added;
        } else {
          pages[page] = pages[page].own();
        }
      } catch (OutOfMemoryError e) {
        throw new ModelException(
            "There is no memory for the key/value cache beyond %d positions (%d MB so far); shorten the conversation or ask for a smaller --context."
                .formatted(page * CachePages.PAGE, megabytes()),
            e);
      }
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
    requireHeld(newPosition);
    position = newPosition;
  }

  @Override
  public Optional<Sequence> fork(int common) {
    requireHeld(common);
    PagedSequence fork = new PagedSequence(owner, layouts, kvCaches, capacity);
    fork.pages = Arrays.copyOf(pages, (common + CachePages.PAGE - 1) / CachePages.PAGE);
    for (Page page : fork.pages) {
      page.share();
    }
    fork.position = common;
    return Optional.of(fork);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      for (Page page : pages) {
        page.release();
      }
    }
  }

  private void requireHeld(int tokens) {
    if (closed) {
      throw new IllegalStateException("the sequence is closed");
    }
    if (tokens < 0 || tokens > position) {
      throw new IllegalArgumentException(
          "a sequence of %d tokens cannot be cut at %d".formatted(position, tokens));
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
      return pages[page].address() + place(page).keys() + head * place(page).keyHead();
    }

    @Override
    public long values(int page, int head) {
      return pages[page].address() + place(page).values() + head * place(page).valueHead();
    }

    @Override
    public long keyScales(int page, int head) {
      return pages[page].address() + place(page).keyScales() + head * CacheLayout.SCALES;
    }

    @Override
    public long valueScales(int page, int head) {
      return pages[page].address() + place(page).valueScales() + head * CacheLayout.SCALES;
    }
  }
}
