package dev.mobilellm.kernels.java.cache;

import dev.mobilellm.kernels.java.spi.CacheTypes;
import dev.mobilellm.kernels.java.spi.Pass.CachePages;
import dev.mobilellm.spi.graph.KvCache;
import java.util.List;

/** The layout of each page of a conversation. */
public final class PageLayouts {

  private final CacheLayout early;
  private final CacheLayout late;

  /** The layouts for the caches of a program. */
  public PageLayouts(List<KvCache> caches, CacheTypes types) {
    early = new CacheLayout(caches, types.early());
    late = new CacheLayout(caches, types.late());
  }

  CacheLayout of(int page) {
    return page < CacheTypes.EARLY_PAGES ? early : late;
  }

  /** Bytes that so many positions, at least 1, take: whole pages. */
  public long bytes(int positions) {
    long pages = (positions - 1L) / CachePages.PAGE + 1;
    long first = Math.min(pages, CacheTypes.EARLY_PAGES);
    return Math.addExact(
        Math.multiplyExact(first, early.pageBytes()),
        Math.multiplyExact(pages - first, late.pageBytes()));
  }

  /** Bytes of a position of a long conversation. */
  public long bytesPerPosition() {
    return late.pageBytes() / CachePages.PAGE;
  }
}
