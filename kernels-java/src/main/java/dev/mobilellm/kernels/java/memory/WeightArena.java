package dev.mobilellm.kernels.java.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Memory for weights. Large ones share {@link LargePages large pages}, where there are any. Safe
 * for several threads.
 */
public final class WeightArena implements Arena {

  /** Whether large allocations are in large pages. */
  public static final boolean HAS_LARGE_PAGES = LargePages.BYTES != 0;

  /** Smaller ones stay in the caches. */
  private static final long LARGE = 256 << 10;

  /** Of its pages only those that are written to take memory. */
  private static final long SLAB_BYTES = 64 << 20;

  private final Arena arena = Arena.ofShared();
  private MemorySegment slab = MemorySegment.NULL;

  @Override
  public MemorySegment allocate(long byteSize, long byteAlignment) {
    return HAS_LARGE_PAGES && byteSize >= LARGE
        ? fromSlab(byteSize, byteAlignment)
        : arena.allocate(byteSize, byteAlignment);
  }

  private synchronized MemorySegment fromSlab(long bytes, long alignment) {
    if (!arena.scope().isAlive()) {
      // A slice of the last slab can still be made.
      throw new IllegalStateException("the arena is closed");
    }
    long padding = Math.floorMod(-slab.address(), alignment);
    if (padding + bytes > slab.byteSize()) {
      slab = LargePages.map(Math.max(bytes, SLAB_BYTES), arena);
      padding = 0;
    }
    MemorySegment result = slab.asSlice(padding, bytes);
    slab = slab.asSlice(padding + bytes);
    return result;
  }

  @Override
  public MemorySegment.Scope scope() {
    return arena.scope();
  }

  @Override
  public void close() {
    arena.close();
  }
}
