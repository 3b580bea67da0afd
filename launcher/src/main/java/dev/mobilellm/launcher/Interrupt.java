package dev.mobilellm.launcher;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jline.utils.Signals;

/** Ctrl-C while an answer is made: the first asks it to end, the second ends the process. */
public final class Interrupt implements AutoCloseable {

  private static final String SIGNAL = "INT";

  private final AtomicBoolean wanted = new AtomicBoolean();
  private final Object previous;

  private Interrupt() {
    previous = Signals.register(SIGNAL, this::raise);
  }

  /** Listens until it is closed. */
  public static Interrupt listen() {
    return new Interrupt();
  }

  /** Whether somebody wants it to end. */
  public boolean isWanted() {
    return wanted.get();
  }

  @Override
  public void close() {
    Signals.unregister(SIGNAL, previous);
  }

  private void raise() {
    if (wanted.getAndSet(true)) {
      Runtime.getRuntime().halt(ExitCode.INTERRUPTED);
    }
  }
}
