package dev.mobilellm.tokenizer.djl;

import ai.djl.engine.EngineException;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.LibUtils;
import ai.djl.util.Platform;
import ai.djl.util.Utils;
import dev.mobilellm.spi.ModelException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.stream.Stream;

/**
 * DJL's native library. DJL unpacks it from its jar to a cache folder and takes its settings from
 * environment variables and system properties alone, so the few properties that must be set are set
 * here. An environment variable of the user wins over each of them.
 */
final class NativeLibrary {

  private NativeLibrary() {}

  /**
   * Loads the library, once.
   *
   * @throws ModelException if that cannot be done on this machine
   */
  static synchronized void load() {
    // Else DJL looks for a build for CUDA on the network, and asks a cloud's metadata service who
    // it is.
    System.setProperty("ai.djl.offline", "true");
    try {
      if (isUnpacked() || usable(Utils.getEngineCacheDir())) {
        LibUtils.checkStatus();
      } else {
        Path folder = Files.createTempDirectory("mobilellm-");
        System.setProperty("ENGINE_CACHE_DIR", folder.toString());
        try {
          LibUtils.checkStatus();
        } finally {
          deleteOnExit(folder);
        }
      }
    } catch (IOException
        | UncheckedIOException
        | EngineException
        | LinkageError
        | AssertionError e) {
      throw new ModelException(words(e), e);
    }
  }

  /** Whether it was told where the library is: nothing is unpacked then. */
  private static boolean isUnpacked() {
    return Utils.getEnvOrSystemProperty("RUST_LIBRARY_PATH") != null;
  }

  /**
   * Whether the library can be unpacked into a folder, which is made if need be. One that everybody
   * may write to is not used: code is loaded from there.
   */
  static boolean usable(Path folder) {
    try {
      Files.createDirectories(folder);
      PosixFileAttributeView posix =
          Files.getFileAttributeView(folder, PosixFileAttributeView.class);
      return Files.isWritable(folder)
          && (posix == null
              || !posix.readAttributes().permissions().contains(PosixFilePermission.OTHERS_WRITE));
    } catch (IOException _) {
      return false;
    }
  }

  private static void deleteOnExit(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      // What is registered first is deleted last: folders come before their files.
      files.forEach(file -> file.toFile().deleteOnExit());
    }
  }

  private static String words(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String reason = String.valueOf(root.getMessage());
    // DJL's words for a library that is not in its jar, or that it failed to write.
    if (reason.startsWith("Unexpected flavor")) {
      String platform = Platform.detectPlatform("tokenizers").getClassifier();
      return isBuiltFor(platform)
          ? "The tokenizer's native library cannot be unpacked to %s; set ENGINE_CACHE_DIR to a folder that can be written to."
              .formatted(Utils.getEngineCacheDir())
          : "The tokenizer's native library is not built for %s; set RUST_LIBRARY_PATH to a build of it."
              .formatted(platform);
    }
    if (root instanceof UnsatisfiedLinkError) {
      // The path of the file, once or twice, begins the words of the loader.
      return "The tokenizer's native library, unpacked to %s, cannot be loaded: %s; delete it there, or set ENGINE_CACHE_DIR to a folder from which programs may run."
          .formatted(Utils.getEngineCacheDir(), reason.replaceFirst("^(/\\S+: )+", ""));
    }
    return "The tokenizer's native library cannot be loaded: " + reason + ".";
  }

  private static boolean isBuiltFor(String platform) {
    String file = "/native/lib/%s/cpu/%s".formatted(platform, System.mapLibraryName("tokenizers"));
    return HuggingFaceTokenizer.class.getResource(file) != null;
  }
}
