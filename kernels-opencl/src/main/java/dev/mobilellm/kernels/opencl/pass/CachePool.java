package dev.mobilellm.kernels.opencl.pass;

import dev.mobilellm.kernels.opencl.driver.Context;
import dev.mobilellm.kernels.opencl.driver.DeviceBuffer;
import dev.mobilellm.kernels.opencl.driver.Limits;
import dev.mobilellm.kernels.opencl.driver.Queue;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.device.DeviceException;
import dev.mobilellm.spi.graph.KvCache;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The keys and values of all sequences of a program, in pages of {@link #PAGE} positions. Each
 * cache has one buffer for keys and one for values; a page has the same number in all of them. The
 * buffers grow by being copied on the device. Safe for several threads.
 */
public final class CachePool implements AutoCloseable {

  /** Positions of a page; pass.cl says the same. */
  public static final int PAGE = 64;

  private static final int FIRST_PAGES = 8;

  /** So many have room from the first pass on. */
  public static final int FIRST_POSITIONS = FIRST_PAGES * PAGE;

  private static final String PURPOSE = "key/value cache";

  private final Context context;
  private final Queue queue;
  private final List<KvCache> caches;
  private final DeviceBuffer[] keys;
  private final DeviceBuffer[] values;
  private final Deque<Integer> free = new ArrayDeque<>();
  private int pages;
  private boolean closed;

  public CachePool(Context context, Queue queue, List<KvCache> caches) {
    this.context = context;
    this.queue = queue;
    this.caches = caches;
    keys = new DeviceBuffer[caches.size()];
    values = new DeviceBuffer[caches.size()];
  }

  /** Floats of a head with its padding. */
  public static int paddedHead(int headDim) {
    return (headDim + 3) / 4 * 4;
  }

  private static long pageBytes(KvCache cache) {
    return 4L * cache.kvHeads() * paddedHead(cache.headDim()) * PAGE;
  }

  /** Bytes that one position takes. */
  public long bytesPerPosition() {
    return caches.stream().mapToLong(cache -> 2 * pageBytes(cache) / PAGE).sum();
  }

  /**
   * Fails if so many positions could never be there.
   *
   * @throws ModelException saying how much is wanted
   */
  void requirePossible(int positions) {
    Limits limits = context.limits();
    long wanted = pagesFor(positions);
    long bytes = wanted * bytesPerPosition() * PAGE;
    long largest = caches.stream().mapToLong(CachePool::pageBytes).max().orElse(0) * wanted;
    if (bytes > limits.memory() || largest > limits.largestAllocation()) {
      throw new ModelException(
          "The key/value cache of %d positions takes %d MB in buffers of up to %d MB, but the device %s has %d MB and allows buffers of %d MB; ask for a smaller --context."
              .formatted(
                  positions,
                  bytes >> 20,
                  largest >> 20,
                  context.label(),
                  limits.memory() >> 20,
                  limits.largestAllocation() >> 20));
    }
  }

  /** Pages that hold so many positions. */
  public static int pagesFor(int positions) {
    return (positions + PAGE - 1) / PAGE;
  }

  /**
   * Pages for a sequence.
   *
   * @throws DeviceException if there is no memory for them; nothing has changed
   */
  synchronized int[] take(int count) {
    if (free.size() < count) {
      grow(pages - free.size() + count);
    }
    int[] taken = new int[count];
    for (int i = 0; i < count; i++) {
      taken[i] = free.pop();
    }
    return taken;
  }

  synchronized void giveBack(int[] returned) {
    for (int page : returned) {
      free.push(page);
    }
  }

  private void grow(int least) {
    long largest = caches.stream().mapToLong(CachePool::pageBytes).max().orElse(1);
    long most = context.limits().largestAllocation() / largest;
    int wanted = (int) Math.max(least, Math.min(most, Math.max(FIRST_PAGES, pages * 3L / 2)));
    for (KvCache cache : caches) {
      keys[cache.index()] = grown(keys[cache.index()], cache, wanted);
      values[cache.index()] = grown(values[cache.index()], cache, wanted);
    }
    for (int page = wanted - 1; page >= pages; page--) {
      free.push(page);
    }
    pages = wanted;
  }

  /** One buffer after another, so that only one is there twice. */
  private DeviceBuffer grown(DeviceBuffer before, KvCache cache, int wanted) {
    if (before != null && before.bytes() >= wanted * pageBytes(cache)) {
      return before;
    }
    DeviceBuffer after = context.allocate(wanted * pageBytes(cache), PURPOSE);
    if (before != null) {
      queue.copy(before, after, before.bytes());
      before.close();
    }
    return after;
  }

  /** Where the keys of a cache are at present. */
  public synchronized DeviceBuffer keys(KvCache cache) {
    return keys[cache.index()];
  }

  /** Where the values of a cache are at present. */
  public synchronized DeviceBuffer values(KvCache cache) {
    return values[cache.index()];
  }

  synchronized boolean isClosed() {
    return closed;
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      for (KvCache cache : caches) {
        if (keys[cache.index()] != null) {
          keys[cache.index()].close();
        }
        if (values[cache.index()] != null) {
          values[cache.index()].close();
        }
      }
    }
  }
}
