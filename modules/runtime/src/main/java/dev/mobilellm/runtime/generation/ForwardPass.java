package dev.mobilellm.runtime.generation;

import dev.mobilellm.spi.device.Batch;
import dev.mobilellm.spi.device.BatchResult;
import dev.mobilellm.spi.device.CompiledProgram;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * A compiled program that several conversations share: one forward pass at a time, and its result
 * read before the next one overwrites it. Safe for several threads.
 */
public final class ForwardPass {

  private final CompiledProgram program;
  private final ReentrantLock lock = new ReentrantLock(true);

  public ForwardPass(CompiledProgram program) {
    this.program = program;
  }

  public CompiledProgram program() {
    return program;
  }

  /** Runs a batch and reads its result. */
  public <T> T run(Batch batch, Function<BatchResult, T> reader) {
    lock.lock();
    try {
      return reader.apply(program.forward(batch));
    } finally {
      lock.unlock();
    }
  }
}
