package dev.mobilellm.launcher;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Where this process's errors go. The start script makes the JVM's standard error a filter that
 * swallows one warning; a filter would hold back progress and lose the race at the end, so the
 * program itself goes around it.
 */
final class StandardError {

  /** Written by the start script: the descriptor that leads to the real standard error. */
  private static final String DESCRIPTOR = "mobilellm.stderr";

  private StandardError() {}

  static PrintStream open() {
    return switch (System.getProperty(DESCRIPTOR, "2")) {
      case "1" -> new PrintStream(new FileOutputStream(FileDescriptor.out), true);
      case "3" -> {
        duplicate(3, 2);
        yield System.err;
      }
      default -> System.err;
    };
  }

  /**
   * POSIX dup2. Opening /dev/fd/3 instead would give a file position of its own where errors go to
   * a file. If it fails, errors go through the filter, which is slower, but not wrong.
   */
  @SuppressWarnings("restricted")
  private static void duplicate(int from, int to) {
    Linker linker = Linker.nativeLinker();
    MethodHandle dup2 =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("dup2"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    try {
      int ignored = (int) dup2.invokeExact(from, to);
    } catch (Throwable e) {
      throw new IllegalStateException("dup2 cannot be called", e);
    }
  }
}
