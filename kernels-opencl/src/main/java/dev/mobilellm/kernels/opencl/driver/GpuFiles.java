package dev.mobilellm.kernels.opencl.driver;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * The files by which programs reach a GPU on Linux. Loading OpenCL and its drivers takes 0.1 to 0.4
 * seconds; looking for these files takes nothing.
 *
 * @param folder of device files
 */
public record GpuFiles(Path folder) {

  /**
   * Of the kernel's drivers for AMD, Intel and many others (dri), AMD's computing (kfd), NVIDIA and
   * its Tegra, Windows below Linux (dxg), Mali, Adreno, PowerVR, Vivante.
   */
  private static final Pattern NAME =
      Pattern.compile("dri|kfd|nvidia.*|nvhost.*|nvmap|nvgpu|dxg|mali.*|kgsl.*|pvr.*|galcore");

  /** No other system has this folder. */
  private static final Path LINUX = Path.of("/sys/devices");

  /** False if this machine can have no GPU for OpenCL. */
  public static boolean mayBeHere() {
    return !Files.isDirectory(LINUX) || new GpuFiles(Path.of("/dev")).mayBeThere();
  }

  /** False if there is no such file; true if the folder cannot be read. */
  boolean mayBeThere() {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, GpuFiles::isOfGpu)) {
      return files.iterator().hasNext();
    } catch (IOException | DirectoryIteratorException e) {
      return true;
    }
  }

  private static boolean isOfGpu(Path file) {
    return NAME.matcher(file.getFileName().toString()).matches();
  }
}
