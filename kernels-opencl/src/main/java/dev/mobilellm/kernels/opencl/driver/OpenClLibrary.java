package dev.mobilellm.kernels.opencl.driver;

import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;
import org.lwjgl.opencl.CL;
import org.lwjgl.system.Configuration;
import org.lwjgl.system.Platform;

/** OpenCL's library, looked for once in the life of the process. */
final class OpenClLibrary {

  private static final String PROBLEM = load();

  private OpenClLibrary() {}

  /** Why there is none, a clause without a full stop; empty if it is loaded. */
  static String problem() {
    return PROBLEM;
  }

  private static String load() {
    try {
      Configuration.OPENCL_EXPLICIT_INIT.set(true);
      // It explains at length on the standard error stream what was not found; problem() tells it.
      if (!Configuration.DEBUG.get(false)) {
        Configuration.DEBUG_STREAM.set(new PrintStream(OutputStream.nullOutputStream()));
      }
      // The default one uses what newer Java versions warn of.
      Configuration.MEMORY_BACKEND.set("ffm");
    } catch (LinkageError e) {
      return "LWJGL's own library cannot be loaded (" + reason(e) + ")";
    }
    LinkageError last = null;
    for (String name : names()) {
      try {
        CL.create(name);
        return "";
      } catch (LinkageError e) {
        last = e;
      }
    }
    return "there is no OpenCL library here (" + reason(last) + ")";
  }

  /**
   * What to try: the one that LWJGL's own property names, else those of the system. Apple's is only
   * in the loader's cache, not a file: it must be tried, not looked for.
   */
  private static List<String> names() {
    String named = Configuration.OPENCL_LIBRARY_NAME.get();
    if (named != null) {
      return List.of(named);
    }
    return switch (Platform.get()) {
      case MACOSX -> List.of("/System/Library/Frameworks/OpenCL.framework/OpenCL", "OpenCL");
      case WINDOWS -> List.of("OpenCL");
      default -> List.of("libOpenCL.so.1", "libOpenCL.so");
    };
  }

  private static String reason(LinkageError thrown) {
    Throwable cause = thrown;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.getMessage() == null
        ? cause.getClass().getSimpleName()
        : cause.getMessage().lines().findFirst().orElse("");
  }
}
