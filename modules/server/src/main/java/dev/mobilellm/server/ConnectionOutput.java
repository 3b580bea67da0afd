package dev.mobilellm.server;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataWriter;
import java.util.concurrent.Future;

/**
 * What a client is sent. One that does not take it in time loses its connection: the thread that
 * writes is interrupted, which closes the socket under a virtual thread, encrypted or not.
 */
record ConnectionOutput(DataWriter target, WriteClock clock) implements DataWriter {

  @Override
  public void write(BufferData... buffers) {
    inTime(() -> target.write(buffers));
  }

  @Override
  public void write(BufferData buffer) {
    inTime(() -> target.write(buffer));
  }

  @Override
  public void writeNow(BufferData... buffers) {
    inTime(() -> target.writeNow(buffers));
  }

  @Override
  public void writeNow(BufferData buffer) {
    inTime(() -> target.writeNow(buffer));
  }

  @Override
  public void flush() {
    inTime(target::flush);
  }

  @Override
  public void close() {
    target.close();
  }

  private void inTime(Runnable write) {
    WriteClock.Alarm alarm = clock.alarm(Thread.currentThread());
    Future<?> timer = clock.start(alarm);
    try {
      write.run();
    } finally {
      timer.cancel(false);
      alarm.disarm();
    }
  }
}
