package dev.mobilellm.kernels.opencl;

import dev.mobilellm.kernels.opencl.driver.Context;
import dev.mobilellm.kernels.opencl.driver.DeviceBuffer;
import dev.mobilellm.kernels.opencl.driver.Hardware;
import dev.mobilellm.kernels.opencl.driver.Queue;
import dev.mobilellm.kernels.opencl.kernels.ArgmaxStep;
import dev.mobilellm.kernels.opencl.kernels.KernelRegistry;
import dev.mobilellm.kernels.opencl.kernels.Resources;
import dev.mobilellm.kernels.opencl.kernels.Step;
import dev.mobilellm.kernels.opencl.pass.CachePool;
import dev.mobilellm.kernels.opencl.pass.ForwardPass;
import dev.mobilellm.kernels.opencl.pass.PositionTables;
import dev.mobilellm.kernels.opencl.weights.WeightStore;
import dev.mobilellm.spi.device.CompiledProgram.BoundOp;
import dev.mobilellm.spi.device.LoadProgress;
import dev.mobilellm.spi.graph.BufferPlan;
import dev.mobilellm.spi.graph.Op;
import dev.mobilellm.spi.graph.Primitive;
import dev.mobilellm.spi.graph.Program;
import dev.mobilellm.spi.graph.Value;
import dev.mobilellm.spi.weights.WeightTensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

/** Everything of a program that is on the device. */
final class BoundProgram implements AutoCloseable {

  /** The logits of so many rows are worked on at once: a tile or two of tokens. */
  private static final int MAX_WANTED = 128;

  private final Context context;
  private final Queue queue;
  private final Value logits;
  private final int maxWanted;
  private final List<Step> tokenSteps = new ArrayList<>();
  private final List<Step> wantedSteps = new ArrayList<>();
  private final List<BoundOp> explanation = new ArrayList<>();
  private final Deque<AutoCloseable> owned = new ArrayDeque<>();
  private CachePool pool;
  private ForwardPass pass;
  private Resources resources;
  private ArgmaxStep argmax;
  private Queue timedQueue;

  private BoundProgram(Context context, Value logits, int maxTokens) {
    this.context = context;
    this.logits = logits;
    long most = context.limits().largestAllocation() / (4L * logits.width());
    maxWanted = Math.clamp(most, 1, Math.min(MAX_WANTED, maxTokens));
    queue = context.newQueue(false);
  }

  static BoundProgram bind(
      Program recorded,
      KernelRegistry registry,
      Context context,
      int maxTokens,
      LoadProgress progress) {
    Program program = inTwoParts(recorded.lower(registry::supports));
    BoundProgram bound = new BoundProgram(context, program.logits(), maxTokens);
    try {
      bound.load(program, registry, context, maxTokens, progress);
      return bound;
    } catch (RuntimeException | Error e) {
      bound.close();
      throw e;
    }
  }

  /** What is done for wanted rows comes last, so that it can be done for some of them at a time. */
  private static Program inTwoParts(Program program) {
    Stream<Op> ofTokens = program.ops().stream().filter(op -> !isOfWanted(op));
    Stream<Op> ofWanted = program.ops().stream().filter(BoundProgram::isOfWanted);
    return new Program(
        Stream.concat(ofTokens, ofWanted).toList(), program.caches(), program.logits());
  }

  private static boolean isOfWanted(Op op) {
    return op.outputs().stream().anyMatch(value -> value.rows() == Value.Rows.WANTED);
  }

  private void load(
      Program program,
      KernelRegistry registry,
      Context context,
      int maxTokens,
      LoadProgress progress) {
    pool = own(new CachePool(context, queue, program.caches()));
    BufferPlan plan = BufferPlan.of(program);
    MemoryNeed need = MemoryNeed.of(program, plan, maxTokens, maxWanted, pool);
    need.requireFits(context);
    WeightStore weights = own(new WeightStore(context, queue, progress, need.weights()));
    PositionTables tables = new PositionTables();
    pass = own(new ForwardPass(context, pool, tables, program.vocabularySize(), maxTokens));
    resources = own(new Resources(context, weights, pool, tables, plan, maxTokens, maxWanted));
    for (Op op : program.ops()) {
      // The buffer plan gives both names of an alias the same memory.
      if (!(op instanceof Primitive.Same)) {
        Step step = own(registry.bind(op, resources));
        (isOfWanted(op) ? wantedSteps : tokenSteps).add(step);
        List<String> names = op.weights().stream().map(WeightTensor::name).toList();
        explanation.add(new BoundOp(op.kind(), step.name(), names));
      }
    }
    argmax = own(new ArgmaxStep(logits, maxWanted, maxTokens, resources));
  }

  private <T extends AutoCloseable> T own(T closeable) {
    owned.push(closeable);
    return closeable;
  }

  Queue queue() {
    return queue;
  }

  /** Another queue, whose commands are timed. */
  Queue timedQueue() {
    if (timedQueue == null) {
      timedQueue = context.newQueue(true);
    }
    return timedQueue;
  }

  Hardware hardware() {
    return context.hardware();
  }

  CachePool pool() {
    return pool;
  }

  ForwardPass pass() {
    return pass;
  }

  /** What is done for the tokens of a pass. */
  List<Step> tokenSteps() {
    return tokenSteps;
  }

  /** What is done for the wanted rows, a block at a time. */
  List<Step> wantedSteps() {
    return wantedSteps;
  }

  /** Wanted rows of a block. */
  int maxWanted() {
    return maxWanted;
  }

  ArgmaxStep argmax() {
    return argmax;
  }

  DeviceBuffer logits() {
    return resources.buffer(logits);
  }

  int vocabularySize() {
    return logits.width();
  }

  List<BoundOp> explanation() {
    return List.copyOf(explanation);
  }

  /** Waits for the device, and frees what is there. */
  @Override
  public void close() {
    queue.close();
    if (timedQueue != null) {
      timedQueue.close();
    }
    while (!owned.isEmpty()) {
      close(owned.pop());
    }
  }

  private static void close(AutoCloseable closeable) {
    switch (closeable) {
      case Step step -> step.close();
      case WeightStore weights -> weights.close();
      case CachePool pool -> pool.close();
      case ForwardPass pass -> pass.close();
      case Resources resources -> resources.close();
      default -> throw new IllegalArgumentException(closeable.toString());
    }
  }
}
