package dev.mobilellm.kernels.opencl.kernels;

import dev.mobilellm.kernels.opencl.driver.DeviceBuffer;
import dev.mobilellm.kernels.opencl.driver.Kernel;
import dev.mobilellm.kernels.opencl.driver.Queue;
import dev.mobilellm.kernels.opencl.pass.CachePool;
import dev.mobilellm.kernels.opencl.pass.ForwardPass;
import dev.mobilellm.spi.graph.AttentionShape;
import dev.mobilellm.spi.graph.KvCache;
import dev.mobilellm.spi.graph.Primitive;
import dev.mobilellm.spi.graph.RotaryAttention;
import dev.mobilellm.spi.graph.RotaryEmbedding;
import dev.mobilellm.spi.graph.Value;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Attention: a launch that places queries, keys and values, one that attends, and, where few rows
 * have many positions, one that merges the spans that were attended to side by side.
 */
final class AttentionStep implements Step {

  /** A unit of four columns of a head has a work-item; every device can run so many. */
  static final int MAX_HEAD_DIM = 4 * Kernel.SMALLEST_GROUP;

  private static final int MOST_HEADS = 4;
  private static final int LEAST_SPAN = 4 * CachePool.PAGE;
  private static final int MOST_SPANS = 32;
  private static final int GROUPS_PER_UNIT = 4;

  private static final int ROTATE = 1;
  private static final int NORMALISE = 2;
  private static final int TEMPER = 4;

  private record Attend(Kernel kernel, int items) {}

  private record Inputs(Value query, Value key, Value value) {}

  private final Resources resources;
  private final AttentionShape shape;
  private final KvCache cache;
  private final Inputs inputs;
  private final DeviceBuffer output;
  private final DeviceBuffer queries;
  private final DeviceBuffer partials;
  private final Optional<Integer> rotary;
  private final OptionalDouble normEps;
  private final Optional<Integer> temper;
  private final Kernel place;
  private final Map<Integer, Attend> attend = new HashMap<>();
  private final Kernel merge;

  static Step of(Primitive.Attention op, Resources resources) {
    return new AttentionStep(
        new Inputs(op.query(), op.key(), op.value()),
        Optional.empty(),
        OptionalDouble.empty(),
        op.cache(),
        op.shape(),
        op.output(),
        resources);
  }

  static Step of(RotaryAttention op, Resources resources) {
    return new AttentionStep(
        new Inputs(op.query(), op.key(), op.value()),
        op.rotary(),
        op.qkNormEps(),
        op.cache(),
        op.shape(),
        op.output(),
        resources);
  }

  private AttentionStep(
      Inputs inputs,
      Optional<RotaryEmbedding> rotary,
      OptionalDouble normEps,
      KvCache cache,
      AttentionShape shape,
      Value output,
      Resources resources) {
    this.resources = resources;
    this.inputs = inputs;
    this.normEps = normEps;
    this.cache = cache;
    this.shape = shape;
    this.output = resources.buffer(output);
    this.rotary = rotary.map(resources.tables()::add);
    temper = shape.temper().map(resources.tables()::add);
    long padded = (long) shape.heads() * CachePool.paddedHead(shape.headDim());
    queries = resources.scratch("queries", padded * resources.maxTokens());
    partials =
        resources.scratch(
            "spans", (padded + 4L * shape.heads()) * MOST_SPANS * ForwardPass.FEW_TOKENS);
    place = kernel("place", definitions(1, RowStep.GROUP), "rotary", "place");
    merge = kernel("merge_spans", definitions(1, RowStep.GROUP), "attend");
    attend.put(1, attend(1));
  }

  private Map<String, Integer> definitions(int queryTokens, int items) {
    return Map.of(
        "HEADS", shape.heads(),
        "KV_HEADS", shape.kvHeads(),
        "HEAD_DIM", shape.headDim(),
        "QUERY_TOKENS", queryTokens,
        "QUERY_HEADS", queryHeads(),
        "ITEMS", items,
        "GROUP_ITEMS", RowStep.GROUP);
  }

  private int queryHeads() {
    return Math.min(MOST_HEADS, shape.heads() / shape.kvHeads());
  }

  private Kernel kernel(String entry, Map<String, Integer> definitions, String... pieces) {
    String[] all = new String[pieces.length + 2];
    all[0] = "common";
    all[1] = "pass";
    System.arraycopy(pieces, 0, all, 2, pieces.length);
    return resources.kernel(entry, definitions, all);
  }

  @Override
  public String name() {
    return "attention";
  }

  @Override
  public void run(ForwardPass pass, Queue queue) {
    place(pass, queue);
    int headBlocks = (shape.heads() / shape.kvHeads() + queryHeads() - 1) / queryHeads();
    int across = shape.kvHeads() * headBlocks;
    // The first page may have positions in front of the first visible one.
    int positions =
        CachePool.PAGE
            + (shape.chunk() == 0 ? pass.longest() : Math.min(pass.longest(), shape.chunk()));
    int span = span(pass, across, positions);
    int spans = (positions + span - 1) / span;
    Attend kernel = attend.computeIfAbsent(pass.blockRows(), this::attend);
    Arguments.of(kernel.kernel())
        .add(pass.buffer())
        .add(pass.tokens())
        .add(pass.blocksAt())
        .add(queries)
        .add(resources.pool().keys(cache))
        .add(resources.pool().values(cache))
        .add(output)
        .add(partials)
        .add(shape.chunk())
        .add(span)
        .add(spans);
    queue.launch(kernel.kernel(), across, pass.blocks(), spans, kernel.items());
    if (spans > 1) {
      Arguments.of(merge).add(partials).add(output).add(spans);
      int items = shape.heads() * CachePool.paddedHead(shape.headDim()) / 4;
      int group = merge.group(RowStep.GROUP);
      queue.launch(merge, (items + group - 1) / group, pass.tokens(), 1, group);
    }
  }

  private void place(ForwardPass pass, Queue queue) {
    int flags =
        (rotary.isPresent() ? ROTATE : 0)
            | (normEps.isPresent() ? NORMALISE : 0)
            | (temper.isPresent() ? TEMPER : 0);
    Arguments.of(place)
        .add(pass.buffer())
        .add(pass.tokens())
        .add(resources.buffer(inputs.query()))
        .add(resources.buffer(inputs.key()))
        .add(resources.buffer(inputs.value()))
        .add(queries)
        .add(resources.pool().keys(cache))
        .add(resources.pool().values(cache))
        .add(flags)
        .add((float) normEps.orElse(0))
        .add(shape.scale())
        .add(rotary.map(pass::rotaryAt).orElse(0))
        .add(temper.map(pass::temperAt).orElse(0));
    int heads = shape.heads() + 2 * shape.kvHeads();
    queue.launch(place, heads, pass.tokens(), 1, place.group(RowStep.GROUP));
  }

  /** Positions of a span: whole pages, and all of them where there is enough to do anyway. */
  private int span(ForwardPass pass, int across, int positions) {
    int pages = CachePool.pagesFor(positions);
    if (pass.tokens() > ForwardPass.FEW_TOKENS) {
      return pages * CachePool.PAGE;
    }
    int wanted = resources.context().limits().computeUnits() * GROUPS_PER_UNIT;
    int spans = Math.clamp(wanted / ((long) across * pass.blocks()), 1, MOST_SPANS);
    return Math.max(LEAST_SPAN, (pages + spans - 1) / spans * CachePool.PAGE);
  }

  private Attend attend(int blockRows) {
    for (int items = CachePool.PAGE; ; items /= 2) {
      Kernel kernel = kernel("attend", definitions(blockRows, items), "attend");
      if (items <= kernel.groupLimit() || items <= Kernel.SMALLEST_GROUP) {
        return new Attend(kernel, items);
      }
      kernel.close();
    }
  }

  @Override
  public void close() {
    place.close();
    merge.close();
    attend.values().forEach(attend -> attend.kernel().close());
  }
}
