package dev.mobilellm.kernels.java;

import dev.mobilellm.kernels.java.cache.PageLayouts;
import dev.mobilellm.kernels.java.cache.PagedSequence;
import dev.mobilellm.kernels.java.memory.NativeRows;
import dev.mobilellm.kernels.java.spi.CacheTypes;
import dev.mobilellm.kernels.java.spi.JavaKernel;
import dev.mobilellm.kernels.java.spi.JavaKernelProvider;
import dev.mobilellm.kernels.java.spi.Workers;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.device.Batch;
import dev.mobilellm.spi.device.BatchResult;
import dev.mobilellm.spi.device.CompiledProgram;
import dev.mobilellm.spi.device.LoadProgress;
import dev.mobilellm.spi.device.Sequence;
import dev.mobilellm.spi.graph.BufferPlan;
import dev.mobilellm.spi.graph.Op;
import dev.mobilellm.spi.graph.Program;
import dev.mobilellm.spi.weights.WeightTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A program whose operations are bound to kernels; a forward pass runs them one after another. */
final class JavaProgram implements CompiledProgram {

  /**
   * What a program is held to.
   *
   * @param maxBatchTokens the most tokens of a pass
   * @param memory bytes that the machine has, 0 if unknown
   * @param exact whether activations stay floats throughout
   * @param cacheTypes how keys and values are kept
   */
  record Limits(int maxBatchTokens, long memory, boolean exact, CacheTypes cacheTypes) {}

  private final Program program;
  private final Limits limits;
  private final BoundMemory memory;
  private final JavaKernel[] kernels;
  private final List<BoundOp> explanation;
  private final PageLayouts layouts;
  private final ForwardPass pass;
  private final NativeRows logits;
  private boolean closed;

  private JavaProgram(
      Program program,
      Limits limits,
      BoundMemory memory,
      List<JavaKernel> kernels,
      List<BoundOp> explanation) {
    this.program = program;
    this.limits = limits;
    this.memory = memory;
    this.kernels = kernels.toArray(JavaKernel[]::new);
    this.explanation = List.copyOf(explanation);
    layouts = new PageLayouts(program.caches(), limits.cacheTypes());
    pass = new ForwardPass(this, program.vocabularySize(), limits.maxBatchTokens());
    logits = memory.buffer(program.logits());
  }

  /** Lowers what has no kernel, plans the buffers, and binds the rest. */
  static JavaProgram compile(
      Program recorded,
      KernelRegistry registry,
      Workers workers,
      Limits limits,
      LoadProgress progress) {
    Program program = recorded.lower(registry::supports);
    BoundMemory memory =
        new BoundMemory(BufferPlan.of(program), workers, limits.exact(), limits.cacheTypes());
    try {
      List<JavaKernel> kernels = new ArrayList<>();
      List<BoundOp> explanation = new ArrayList<>();
      for (int i = 0; i < program.ops().size(); i++) {
        Op op = program.ops().get(i);
        if (!KernelRegistry.isAlias(op)) {
          JavaKernelProvider provider = registry.choose(op);
          JavaKernel kernel = provider.bind(op, memory);
          kernels.add(kernel);
          List<String> weights = op.weights().stream().map(WeightTensor::name).toList();
          explanation.add(new BoundOp(op.kind(), kernel.name(), weights));
        }
        progress.report("Binding kernels", i + 1, program.ops().size());
      }
      return new JavaProgram(program, limits, memory, kernels, explanation);
    } catch (RuntimeException | Error e) {
      memory.close();
      throw e;
    }
  }

  @Override
  public Sequence openSequence(int capacity) {
    requireOpen();
    if (capacity < 1) {
      throw new IllegalArgumentException("a sequence of capacity " + capacity);
    }
    long bytes = layouts.bytes(capacity);
    if (limits.memory() > 0 && bytes > limits.memory()) {
      throw new ModelException(
          "The key/value cache of %d positions takes %d MB, but this machine has %d MB of memory; ask for a smaller --context."
              .formatted(capacity, bytes >> 20, limits.memory() >> 20));
    }
    return new PagedSequence(this, layouts, program.caches(), capacity);
  }

  @Override
  public long cacheBytesPerPosition() {
    return layouts.bytesPerPosition();
  }

  @Override
  public BatchResult forward(Batch batch) {
    prepare(batch);
    for (JavaKernel kernel : kernels) {
      kernel.run(pass);
    }
    pass.advance();
    return new JavaResult(logits, pass.wanted(), batch.output());
  }

  @Override
  public Optional<long[]> profile(Batch batch) {
    prepare(batch);
    long[] nanos = new long[kernels.length];
    long start = System.nanoTime();
    for (int i = 0; i < kernels.length; i++) {
      kernels[i].run(pass);
      long end = System.nanoTime();
      nanos[i] = end - start;
      start = end;
    }
    pass.advance();
    return Optional.of(nanos);
  }

  private void prepare(Batch batch) {
    requireOpen();
    pass.fill(batch);
    pass.ensureCaches();
    memory.ensure(pass.tokens(), pass.wanted());
  }

  @Override
  public List<BoundOp> explain() {
    return explanation;
  }

  /** Not while a pass runs: nothing checks the memory that kernels read. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      memory.close();
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the program is closed");
    }
  }
}
