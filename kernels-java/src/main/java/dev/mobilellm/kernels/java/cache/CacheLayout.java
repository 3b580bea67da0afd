package dev.mobilellm.kernels.java.cache;

import dev.mobilellm.kernels.java.spi.CacheType;
import dev.mobilellm.kernels.java.spi.Pass.CachePages;
import dev.mobilellm.spi.graph.KvCache;
import java.util.List;

/**
 * Where the keys and values of each cache lie in a page of one type. One page holds all caches of a
 * program for {@link CachePages#PAGE} positions of one sequence, so that growing is one allocation.
 */
final class CacheLayout {

  /**
   * Offsets of a cache in a page, and bytes from one head to the next.
   *
   * @param keys of the first head's keys
   * @param values of the first head's values
   * @param keyScales of the first head's key scales, if the type has them
   * @param valueScales of the first head's value scales
   */
  record Place(
      long keys, long keyHead, long values, long valueHead, long keyScales, long valueScales) {}

  /** Bytes of a head's scales. */
  static final long SCALES = (long) CachePages.PAGE * Float.BYTES;

  private final Place[] places;
  private final long pageBytes;

  /** The layout for the caches of a program. */
  CacheLayout(List<KvCache> caches, CacheType type) {
    places = new Place[caches.size()];
    PanelLayout panels = PanelLayout.of(type);
    long end = 0;
    for (KvCache cache : caches) {
      long keyHead = (long) panels.panels(CachePages.PAGE) * cache.headDim() * panels.rowBytes();
      long valueHead = (long) panels.panels(cache.headDim()) * CachePages.PAGE * panels.rowBytes();
      long scales = type.scaled() ? cache.kvHeads() * SCALES : 0;
      long keys = end;
      long values = keys + cache.kvHeads() * keyHead;
      long keyScales = values + cache.kvHeads() * valueHead;
      long valueScales = keyScales + scales;
      end = valueScales + scales;
      places[cache.index()] = new Place(keys, keyHead, values, valueHead, keyScales, valueScales);
    }
    pageBytes = end;
  }

  /** Bytes of a page. */
  long pageBytes() {
    return pageBytes;
  }

  Place place(KvCache cache) {
    return places[cache.index()];
  }
}
