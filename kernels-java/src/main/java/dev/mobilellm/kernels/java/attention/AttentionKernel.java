package dev.mobilellm.kernels.java.attention;

import dev.mobilellm.kernels.java.elementwise.Rows;
import dev.mobilellm.kernels.java.memory.Native;
import dev.mobilellm.kernels.java.spi.JavaKernel;
import dev.mobilellm.kernels.java.spi.KernelContext;
import dev.mobilellm.kernels.java.spi.Pass;
import dev.mobilellm.kernels.java.spi.Pass.CachePages;
import dev.mobilellm.kernels.java.spi.RowBuffer;
import dev.mobilellm.kernels.java.spi.WorkerScratch;
import dev.mobilellm.kernels.java.spi.Workers;
import dev.mobilellm.spi.graph.AttentionShape;
import dev.mobilellm.spi.graph.KvCache;
import dev.mobilellm.spi.graph.Primitive;
import dev.mobilellm.spi.graph.RotaryAttention;
import dev.mobilellm.spi.graph.RotaryEmbedding;
import dev.mobilellm.spi.graph.Value;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Attention over the paged cache, in two parallel regions. First, by tokens: queries and keys are
 * rotated and normalised, keys and values go into the cache. Then, by groups of query rows that
 * share a key/value head: {@link QueryRows} reads the cache once for up to sixteen of them, which
 * are the heads of one token when decoding and neighbouring tokens in a prompt.
 */
public final class AttentionKernel implements JavaKernel {

  /** Below so many tokens placing them is quicker than waking anyone. */
  private static final int FEW_TOKENS = 8;

  private final AttentionShape shape;
  private final Optional<RotaryTable> rotary;
  private final OptionalDouble qkNormEps;
  private final KvCache cache;
  private final RowBuffer query;
  private final RowBuffer key;
  private final RowBuffer value;
  private final RowBuffer output;
  private final RowBuffer placedQueries;
  private final WorkerScratch scratch;
  private final CacheEntries entries;
  private final QueryRows[] queryRows;
  private final String name;
  private final Workers workers;
  private final Workers.Task placeTask = this::placeShare;
  private final Workers.Task attendTask = this::attendShare;
  private final AtomicInteger nextUnit = new AtomicInteger();
  private Pass pass;
  private int rowsPerUnit;

  /** {@link RotaryAttention}. */
  public AttentionKernel(RotaryAttention op, KernelContext context, RotaryTables tables) {
    this(
        context,
        tables,
        new Value[] {op.query(), op.key(), op.value(), op.output()},
        op.rotary(),
        op.qkNormEps(),
        op.cache(),
        op.shape());
  }

  /** {@link Primitive.Attention}. */
  public AttentionKernel(Primitive.Attention op, KernelContext context, RotaryTables tables) {
    this(
        context,
        tables,
        new Value[] {op.query(), op.key(), op.value(), op.output()},
        Optional.empty(),
        OptionalDouble.empty(),
        op.cache(),
        op.shape());
  }

  private AttentionKernel(
      KernelContext context,
      RotaryTables tables,
      Value[] values,
      Optional<RotaryEmbedding> rotary,
      OptionalDouble qkNormEps,
      KvCache cache,
      AttentionShape shape) {
    this.shape = shape;
    this.rotary = rotary.map(tables::of);
    this.qkNormEps = qkNormEps;
    this.cache = cache;
    query = context.buffer(values[0]);
    key = context.buffer(values[1]);
    value = context.buffer(values[2]);
    output = context.buffer(values[3]);
    placedQueries = context.scratchRows("queries", shape.queryWidth());
    workers = context.workers();
    PagePanels panels = new PagePanels(context.cacheTypes());
    entries = new CacheEntries(panels, shape.headDim());
    queryRows = new QueryRows[workers.count()];
    for (int i = 0; i < queryRows.length; i++) {
      queryRows[i] = new QueryRows(panels, shape.headDim());
    }
    scratch = context.scratch(queryRows[0].scratchBytes());
    name = "attention %s cache".formatted(context.cacheTypes().label());
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void run(Pass pass) {
    this.pass = pass;
    if (rotary.isPresent()) {
      int bound = 0;
      for (int token = 0; token < pass.tokens(); token++) {
        bound = Math.max(bound, pass.position(token) + 1);
      }
      rotary.get().ensure(bound);
    }
    if (pass.tokens() < FEW_TOKENS) {
      place(0, pass.tokens(), 0);
    } else {
      workers.run(placeTask);
    }
    rowsPerUnit = QueryRows.MOST;
    while (rowsPerUnit > 1 && units() < workers.count()) {
      rowsPerUnit /= 2;
    }
    nextUnit.set(0);
    workers.run(attendTask);
    this.pass = null;
  }

  private void placeShare(int worker, int count) {
    place(
        Workers.start(pass.tokens(), 1, worker, count),
        Workers.start(pass.tokens(), 1, worker + 1, count),
        worker);
  }

  private void place(int from, int to, int worker) {
    int entry = 0;
    long headBytes = (long) shape.headDim() * Float.BYTES;
    long placedKey = scratch.address(worker);
    for (int token = from; token < to; token++) {
      while (pass.entryStart(entry + 1) <= token) {
        entry++;
      }
      int position = pass.position(token);
      float scale = shape.scale();
      if (shape.temper().isPresent()) {
        scale *= shape.temper().get().factor(position);
      }
      for (int head = 0; head < shape.heads(); head++) {
        long target = placedQueries.row(token) + head * headBytes;
        place(query.row(token) + head * headBytes, position, target);
        Rows.scale(target, scale, shape.headDim(), target);
      }
      CachePages pages = pass.cache(entry, cache);
      for (int head = 0; head < shape.kvHeads(); head++) {
        place(key.row(token) + head * headBytes, position, placedKey);
        entries.putKey(pages, head, position, placedKey);
        entries.putValue(pages, head, position, value.row(token) + head * headBytes);
      }
    }
  }

  /** Rotates and normalises one head. */
  private void place(long source, int position, long target) {
    if (rotary.isPresent()) {
      rotary.get().rotate(source, position, target);
    } else {
      Native.copy(source, target, (long) shape.headDim() * Float.BYTES);
    }
    if (qkNormEps.isPresent()) {
      Rows.rmsNorm(target, 0, shape.headDim(), (float) qkNormEps.getAsDouble(), target);
    }
  }

  /** A unit: up to {@code rowsPerUnit} query rows of one sequence and one key/value head. */
  private int units() {
    int units = 0;
    for (int entry = 0; entry < pass.entries(); entry++) {
      units += unitsOf(entry);
    }
    return units;
  }

  private int unitsOf(int entry) {
    int group = shape.heads() / shape.kvHeads();
    int rows = (pass.entryStart(entry + 1) - pass.entryStart(entry)) * group;
    return (rows + rowsPerUnit - 1) / rowsPerUnit * shape.kvHeads();
  }

  /** Units are taken as workers get free: late tokens of a prompt see more than early ones. */
  private void attendShare(int worker, int count) {
    int total = units();
    for (int unit = nextUnit.getAndIncrement(); unit < total; unit = nextUnit.getAndIncrement()) {
      int entry = 0;
      int index = unit;
      while (index >= unitsOf(entry)) {
        index -= unitsOf(entry++);
      }
      attend(entry, index % shape.kvHeads(), index / shape.kvHeads() * rowsPerUnit, worker);
    }
  }

  private void attend(int entry, int kvHead, int firstRow, int worker) {
    int group = shape.heads() / shape.kvHeads();
    int start = pass.entryStart(entry);
    int rows = (pass.entryStart(entry + 1) - start) * group;
    QueryRows unit = queryRows[worker];
    unit.clear(scratch.address(worker));
    for (int row = firstRow; row < Math.min(rows, firstRow + rowsPerUnit); row++) {
      int token = start + row / group;
      long at = (long) (kvHead * group + row % group) * shape.headDim() * Float.BYTES;
      int position = pass.position(token);
      unit.add(
          placedQueries.row(token) + at,
          shape.firstVisible(position),
          position,
          output.row(token) + at);
    }
    unit.attend(pass.cache(entry, cache), kvHead);
  }
}
