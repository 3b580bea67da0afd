package dev.mobilellm.checkpoint;

import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.UsageException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A folder that is filled under another name, {@code .NAME.part} beside its place, and moved there
 * when it is complete. A locked file in it tells a folder that is being filled from one that a
 * killed process left, which is removed by the next one with the same target. For one thread.
 */
final class StagingFolder implements AutoCloseable {

  private static final String LOCK = ".lock";

  private final Path target;
  private final Path folder;
  private final FileChannel lock;
  private boolean done;

  private StagingFolder(Path target, Path folder, FileChannel lock) {
    this.target = target;
    this.folder = folder;
    this.lock = lock;
  }

  /**
   * Fails if a folder cannot be the target: it is a file, or is not empty.
   *
   * @throws UsageException if so
   */
  static void requireFree(Path target) {
    if (!Files.exists(target)) {
      return;
    }
    if (!Files.isDirectory(target)) {
      throw new UsageException(
          target + " is a file; give the name of a new or empty folder for the result.");
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(target)) {
      if (entries.iterator().hasNext()) {
        throw new UsageException(
            "The folder %s is not empty; give the name of a new or empty one for the result."
                .formatted(target));
      }
    } catch (IOException e) {
      throw FileProblem.reading(target, e);
    }
  }

  /**
   * Starts one.
   *
   * @param target absolute; see {@link #requireFree}
   * @throws ModelException if it cannot be created, or another process fills it
   */
  static StagingFolder create(Path target) {
    requireFree(target);
    Path folder = target.resolveSibling("." + target.getFileName() + ".part");
    try {
      Files.createDirectories(target.getParent());
      if (Files.exists(folder)) {
        removeLeftover(folder, target);
      }
      Files.createDirectory(folder);
      FileChannel lock =
          FileChannel.open(
              folder.resolve(LOCK), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      if (lock.tryLock() == null) {
        lock.close();
        throw busy(target);
      }
      return new StagingFolder(target, folder, lock);
    } catch (FileAlreadyExistsException e) {
      throw new ModelException(
          "%s cannot be a folder: there is a file %s.".formatted(target, e.getFile()), e);
    } catch (IOException e) {
      throw FileProblem.writing(target, e);
    }
  }

  /** Where the files go. */
  Path folder() {
    return folder;
  }

  /** Gives the folder its name. */
  void commit() {
    try {
      lock.close();
      Files.delete(folder.resolve(LOCK));
      requireFree(target);
      Files.deleteIfExists(target);
      Files.move(folder, target, StandardCopyOption.ATOMIC_MOVE);
      done = true;
    } catch (IOException e) {
      throw FileProblem.writing(target, e);
    }
  }

  /** Removes the folder, unless it has its name. */
  @Override
  public void close() {
    if (!done) {
      done = true;
      try {
        lock.close();
        remove(folder);
      } catch (IOException e) {
        throw FileProblem.writing(folder, e);
      }
    }
  }

  private static void removeLeftover(Path folder, Path target) throws IOException {
    Path lock = folder.resolve(LOCK);
    if (!Files.isRegularFile(lock)) {
      throw new ModelException(
          "%s is in the way: files are collected under this name before they become %s; remove it."
              .formatted(folder, target));
    }
    try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE);
        FileLock held = channel.tryLock()) {
      if (held == null) {
        throw busy(target);
      }
    } catch (OverlappingFileLockException e) {
      throw busy(target);
    }
    remove(folder);
  }

  private static ModelException busy(Path target) {
    return new ModelException(
        target + " is being written by another process; wait for it, or give another name.");
  }

  /** Only files lie in it. */
  private static void remove(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
