package dev.mobilellm.kernels.java;

import dev.mobilellm.kernels.java.memory.NativeRows;
import dev.mobilellm.kernels.java.memory.WeightArena;
import dev.mobilellm.kernels.java.spi.CacheTypes;
import dev.mobilellm.kernels.java.spi.KernelContext;
import dev.mobilellm.kernels.java.spi.RowBuffer;
import dev.mobilellm.kernels.java.spi.WorkerScratch;
import dev.mobilellm.kernels.java.spi.Workers;
import dev.mobilellm.spi.graph.BufferPlan;
import dev.mobilellm.spi.graph.Value;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The activations of one program, and the scratch memory that its kernels share. */
final class BoundMemory implements KernelContext, AutoCloseable {

  private record Purpose(String name, int width) {}

  private final BufferPlan plan;
  private final Workers workers;
  private final boolean exact;
  private final CacheTypes cacheTypes;
  private final Arena arena = new WeightArena();
  private final List<NativeRows> buffers = new ArrayList<>();
  private final Map<Purpose, NativeRows> scratchRows = new HashMap<>();
  private final SharedScratch scratch;

  BoundMemory(BufferPlan plan, Workers workers, boolean exact, CacheTypes cacheTypes) {
    this.plan = plan;
    this.exact = exact;
    this.workers = workers;
    this.cacheTypes = cacheTypes;
    plan.slots().forEach(slot -> buffers.add(new NativeRows(slot.width())));
    scratch = new SharedScratch(workers.count());
  }

  /** Makes room for a pass of so many tokens and wanted rows. */
  void ensure(int tokens, int wanted) {
    for (int i = 0; i < buffers.size(); i++) {
      boolean perToken = plan.slots().get(i).rows() == Value.Rows.TOKENS;
      buffers.get(i).ensure(perToken ? tokens : wanted);
    }
    scratchRows.values().forEach(rows -> rows.ensure(tokens));
  }

  @Override
  public NativeRows buffer(Value value) {
    return buffers.get(plan.slot(value));
  }

  @Override
  public RowBuffer scratchRows(String purpose, int width) {
    return scratchRows.computeIfAbsent(
        new Purpose(purpose, width), key -> new NativeRows(key.width()));
  }

  @Override
  public WorkerScratch scratch(long bytes) {
    scratch.reserve(bytes);
    return scratch;
  }

  @Override
  public boolean isExact() {
    return exact;
  }

  @Override
  public CacheTypes cacheTypes() {
    return cacheTypes;
  }

  @Override
  public Workers workers() {
    return workers;
  }

  @Override
  public Arena arena() {
    return arena;
  }

  @Override
  public void close() {
    arena.close();
    buffers.forEach(NativeRows::close);
    scratchRows.values().forEach(NativeRows::close);
    scratch.close();
  }

  /** As large as the kernel that wants most. */
  private static final class SharedScratch implements WorkerScratch, AutoCloseable {

    /** A page: neighbouring workers never write to one cache line, nor alias in the cache. */
    private static final long GRAIN = 4096;

    private final int workers;
    private Arena arena = Arena.ofShared();
    private long bytes;
    private long address;

    SharedScratch(int workers) {
      this.workers = workers;
    }

    void reserve(long wanted) {
      if (wanted > bytes) {
        arena.close();
        arena = Arena.ofShared();
        bytes = (wanted + GRAIN - 1) / GRAIN * GRAIN;
        address = arena.allocate(Math.multiplyExact(bytes, workers), GRAIN).address();
      }
    }

    @Override
    public long address(int worker) {
      return address + worker * bytes;
    }

    @Override
    public void close() {
      arena.close();
    }
  }
}
