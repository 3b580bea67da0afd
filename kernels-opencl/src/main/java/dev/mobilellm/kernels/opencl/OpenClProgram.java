package dev.mobilellm.kernels.opencl;

import dev.mobilellm.kernels.opencl.driver.Context;
import dev.mobilellm.kernels.opencl.driver.Queue;
import dev.mobilellm.kernels.opencl.kernels.KernelRegistry;
import dev.mobilellm.kernels.opencl.kernels.Step;
import dev.mobilellm.kernels.opencl.pass.ForwardPass;
import dev.mobilellm.kernels.opencl.pass.PooledSequence;
import dev.mobilellm.spi.device.Batch;
import dev.mobilellm.spi.device.BatchResult;
import dev.mobilellm.spi.device.CompiledProgram;
import dev.mobilellm.spi.device.DeviceException;
import dev.mobilellm.spi.device.LoadProgress;
import dev.mobilellm.spi.device.Sequence;
import dev.mobilellm.spi.device.Traffic;
import dev.mobilellm.spi.graph.Program;
import java.util.List;
import java.util.Optional;

/** A program whose operations are bound to kernels; a forward pass starts one after another. */
final class OpenClProgram implements CompiledProgram {

  private final BoundProgram bound;
  private final ForwardPass pass;
  private final Queue queue;
  private final OpenClResult result;
  private DeviceException failure;
  private boolean closed;

  private OpenClProgram(BoundProgram bound) {
    this.bound = bound;
    pass = bound.pass();
    queue = bound.queue();
    result = new OpenClResult(bound, this::fail);
  }

  /** Lowers what has no kernel, uploads the weights, and binds the rest. */
  static OpenClProgram compile(
      Program recorded,
      KernelRegistry registry,
      Context context,
      int maxTokens,
      LoadProgress progress) {
    return new OpenClProgram(BoundProgram.bind(recorded, registry, context, maxTokens, progress));
  }

  @Override
  public Sequence openSequence(int capacity) {
    requireUsable();
    return new PooledSequence(bound.pool(), capacity);
  }

  @Override
  public long cacheBytesPerPosition() {
    return bound.pool().bytesPerPosition();
  }

  @Override
  public synchronized BatchResult forward(Batch batch) {
    requireUsable();
    pass.fill(batch);
    try {
      result.begin(pass.wanted(), batch.output());
      pass.send(queue);
      for (Step step : bound.tokenSteps()) {
        step.run(pass, queue);
      }
      for (int first = 0; first < pass.wanted(); first += bound.maxWanted()) {
        pass.turnToWanted(first, Math.min(bound.maxWanted(), pass.wanted() - first));
        for (Step step : bound.wantedSteps()) {
          step.run(pass, queue);
        }
        result.take(pass, queue);
      }
      result.end(queue);
      queue.flush();
    } catch (DeviceException e) {
      throw fail(e);
    }
    pass.advance();
    return result;
  }

  @Override
  public synchronized Optional<long[]> profile(Batch batch) {
    requireUsable();
    pass.fill(batch);
    try {
      queue.finish();
      TimedPass timed = new TimedPass(bound.timedQueue(), bound.explanation().size());
      pass.send(bound.timedQueue());
      timed.run(bound.tokenSteps(), 0, pass);
      for (int first = 0; first < pass.wanted(); first += bound.maxWanted()) {
        pass.turnToWanted(first, Math.min(bound.maxWanted(), pass.wanted() - first));
        timed.run(bound.wantedSteps(), bound.tokenSteps().size(), pass);
      }
      long[] nanos = timed.end(bound.hardware());
      pass.advance();
      return Optional.of(nanos);
    } catch (DeviceException e) {
      throw fail(e);
    }
  }

  @Override
  public List<BoundOp> explain() {
    return bound.explanation();
  }

  @Override
  public synchronized Optional<Traffic> traffic() {
    return Optional.of(queue.traffic());
  }

  private DeviceException fail(DeviceException e) {
    failure = e;
    return e;
  }

  private void requireUsable() {
    if (closed) {
      throw new IllegalStateException("the program is closed");
    }
    if (failure != null) {
      throw new DeviceException(failure.getMessage(), failure);
    }
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      result.close();
      bound.close();
    }
  }
}
