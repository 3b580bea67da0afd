package dev.mobilellm.kernels.java.cache;

import dev.mobilellm.kernels.java.spi.Pass.CachePages;
import dev.mobilellm.spi.graph.KvCache;
import java.util.List;
import jdk.incubator.vector.FloatVector;

/**
 * Where the keys and values of each cache lie in a page. One page holds all caches of a program for
 * {@link CachePages#PAGE} positions of one sequence, so that growing is one allocation.
 */
public final class CacheLayout {

  private final long[] keys;
  private final long[] values;
  private final int[] valueStrides;
  private final long pageBytes;

  /** The layout for the caches of a program. */
  public CacheLayout(List<KvCache> caches) {
    keys = new long[caches.size()];
    values = new long[caches.size()];
    valueStrides = new int[caches.size()];
    int lanes = FloatVector.SPECIES_PREFERRED.length();
    long bytes = 0;
    for (KvCache cache : caches) {
      int i = cache.index();
      valueStrides[i] = (cache.headDim() + lanes - 1) / lanes * lanes;
      keys[i] = bytes;
      bytes += (long) cache.width() * CachePages.PAGE * Float.BYTES;
      values[i] = bytes;
      bytes += (long) cache.kvHeads() * valueStrides[i] * CachePages.PAGE * Float.BYTES;
    }
    pageBytes = bytes;
  }

  /** Bytes of a page. */
  public long pageBytes() {
    return pageBytes;
  }

  /** Bytes that so many positions, at least 1, take: whole pages. */
  public long bytes(int positions) {
    return Math.multiplyExact((positions - 1L) / CachePages.PAGE + 1, pageBytes);
  }

  long keys(KvCache cache) {
    return keys[cache.index()];
  }

  long values(KvCache cache) {
    return values[cache.index()];
  }

  int valueStride(KvCache cache) {
    return valueStrides[cache.index()];
  }
}
