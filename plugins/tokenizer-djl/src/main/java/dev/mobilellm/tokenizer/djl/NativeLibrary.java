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
      if (usable(Utils.getEngineCacheDir())) {
        LibUtils.checkStatus();
      } else {
        Path folder = Files.createTempDirectory("mobilellm-");
        System.setProperty("ENGINE_CACHE_DIR", folder.toString());
        LibUtils.checkStatus();
        deleteOnExit(folder);
      }
    } catch (IOException
        | UncheckedIOException
        | EngineException
        | LinkageError
        | AssertionError e) {
      throw new ModelException(
          "The tokenizer's native library cannot be loaded from the cache folder %s: %s; set ENGINE_CACHE_DIR to a folder where files can be written and libraries loaded."
              .formatted(Utils.getEngineCacheDir(), reason(e)),
          e);
    }
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

  private static String reason(Throwable e) {
    if (e instanceof EngineException && !isBuiltForThisPlatform()) {
      return "there is no build of it for " + Platform.detectPlatform("tokenizers").getClassifier();
    }
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage());
  }

  private static boolean isBuiltForThisPlatform() {
    return HuggingFaceTokenizer.class.getResource(
            "/native/lib/%s/cpu/%s"
                .formatted(
                    Platform.detectPlatform("tokenizers").getClassifier(),
                    System.mapLibraryName("tokenizers")))
        != null;
  }
}
