package dev.mobilellm.launcher.convert;

import dev.mobilellm.checkpoint.CheckpointWriter;
import dev.mobilellm.launcher.report.Quantity;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.device.LoadProgress;
import dev.mobilellm.spi.model.ModelFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.ToLongFunction;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Writes a plan's checkpoint, tensor by tensor: besides the weights its configuration, and copies
 * of what belongs to tokenizer, template, generation and licence.
 */
final class Conversion {

  private static final Pattern COPIED =
      Pattern.compile(
          "tokenizer[._].*|special_tokens_map\\.json|added_tokens\\.json|vocab\\.(json|txt)"
              + "|merges\\.txt|chat_template\\..*|generation_config\\.json|(LICENSE|NOTICE).*");

  /** Headers, the index and config.json. */
  private static final long SMALL_FILES = 1_000_000;

  private final ModelFiles source;
  private final ConversionPlan plan;
  private final ToLongFunction<Path> freeSpace;

  /**
   * @param freeSpace bytes that can be written to an existing folder
   */
  Conversion(ModelFiles source, ConversionPlan plan, ToLongFunction<Path> freeSpace) {
    this.source = source;
    this.plan = plan;
    this.freeSpace = freeSpace;
  }

  /** The space that the disk of an existing folder has left; all there can be if unknown. */
  static long freeSpace(Path folder) {
    try {
      return Files.getFileStore(folder).getUsableSpace();
    } catch (IOException e) {
      // Writing will show.
      return Long.MAX_VALUE;
    }
  }

  /**
   * Converts.
   *
   * @param out new or empty
   * @param cancelled asked between tensors
   * @return false if it was cancelled; nothing is left then
   * @throws ModelException if there is not enough space, a weight cannot be converted, or the disk
   *     fails; nothing is left then
   */
  boolean write(Path out, LoadProgress progress, BooleanSupplier cancelled) {
    requireSpace(out);
    List<Path> copies = copies();
    TimeLeft time = new TimeLeft();
    try (CheckpointWriter writer = CheckpointWriter.create(out, plan.parts())) {
      writer.config(source.file("config.json"), plan.config());
      copies.forEach(writer::copy);
      long[] done = {0};
      for (ConversionPlan.Entry entry : plan.entries()) {
        if (cancelled.getAsBoolean()) {
          return false;
        }
        TensorConverter.write(
            entry,
            writer,
            more -> {
              done[0] += more;
              progress.report(
                  "Converting" + time.text(done[0], plan.size()) + ":", done[0], plan.size());
            });
      }
      writer.commit();
      return true;
    }
  }

  private List<Path> copies() {
    try (Stream<Path> files = Files.list(source.directory())) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> COPIED.matcher(file.getFileName().toString()).matches())
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new ModelException(source.directory() + " cannot be read: " + e.getMessage() + ".", e);
    }
  }

  /**
   * Fails if the disk has no room for the result.
   *
   * @param out where it is to be
   * @throws ModelException if so
   */
  void requireSpace(Path out) {
    Path existing = out.toAbsolutePath().normalize();
    while (!Files.isDirectory(existing) && existing.getParent() != null) {
      existing = existing.getParent();
    }
    long needed = plan.byteSize() + SMALL_FILES;
    for (Path file : copies()) {
      needed += file.toFile().length();
    }
    long free = freeSpace.applyAsLong(existing);
    if (free < needed) {
      throw new ModelException(
          "%s needs %s, but there are %s left on its disk; make room or choose another place."
              .formatted(out, Quantity.bytes(needed), Quantity.bytes(free)));
    }
  }
}
