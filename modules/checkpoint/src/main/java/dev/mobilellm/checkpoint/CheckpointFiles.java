package dev.mobilellm.checkpoint;

import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.model.ModelConfig;
import dev.mobilellm.spi.model.ModelFiles;
import dev.mobilellm.spi.model.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** A checkpoint's folder on disk. Immutable; safe for several threads. */
public final class CheckpointFiles implements ModelFiles {

  private static final String CONFIG = "config.json";
  private static final long MAX_TEXT_BYTES = 16_000_000;

  private final Path directory;
  private final ModelConfig config;

  private CheckpointFiles(Path directory) {
    this.directory = directory;
    this.config =
        new ModelConfig(json(CONFIG).orElseThrow(() -> new ModelException(noConfig(directory))));
  }

  /**
   * Opens a checkpoint and reads its {@code config.json}; weights are not touched.
   *
   * @throws ModelException if this is no folder, or has no {@code config.json} that is a JSON
   *     object
   */
  public static CheckpointFiles open(Path directory) {
    Path absolute = directory.toAbsolutePath().normalize();
    if (Files.isRegularFile(absolute)) {
      throw new ModelException(
          "%s is a file; give the folder of the checkpoint%s."
              .formatted(
                  absolute,
                  belongsToCheckpoint(absolute) ? ", " + absolute.getParent() : " instead"));
    }
    if (!Files.isDirectory(absolute)) {
      throw new ModelException(
          "There is no folder %s; give one that holds config.json and the weights."
              .formatted(absolute));
    }
    return new CheckpointFiles(absolute);
  }

  @Override
  public Path directory() {
    return directory;
  }

  @Override
  public boolean has(String fileName) {
    return Files.isRegularFile(file(fileName));
  }

  @Override
  public ModelConfig config() {
    return config;
  }

  @Override
  public Optional<Settings> json(String fileName) {
    Path file = file(fileName);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try (InputStream in = Files.newInputStream(file)) {
      return Optional.of(new Settings(fileName, Json.object(file.toString(), in)));
    } catch (IOException e) {
      throw FileProblem.reading(file, e);
    }
  }

  @Override
  public Optional<String> text(String fileName) {
    Path file = file(fileName);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      if (Files.size(file) > MAX_TEXT_BYTES) {
        throw new ModelException(
            "%s has %d bytes; text of at most %d is read."
                .formatted(file, Files.size(file), MAX_TEXT_BYTES));
      }
      return Optional.of(Files.readString(file));
    } catch (IOException e) {
      throw FileProblem.reading(file, e);
    }
  }

  /** The regular files of a folder, sorted by name. */
  static List<String> fileNames(Path directory) {
    return names(directory, Files::isRegularFile);
  }

  private static List<String> names(Path directory, Predicate<Path> wanted) {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.filter(wanted).map(path -> path.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw FileProblem.reading(directory, e);
    }
  }

  private static boolean belongsToCheckpoint(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return name.endsWith(".json") || name.endsWith(".safetensors") || name.endsWith(".jinja");
  }

  private static String noConfig(Path directory) {
    String start = directory + " has no config.json; ";
    List<Path> inside = checkpointsBelow(directory);
    if (!inside.isEmpty()) {
      return start + "give the folder that has it: " + inside.getFirst() + ".";
    }
    List<String> names = fileNames(directory);
    if (names.stream().anyMatch(name -> name.endsWith(".gguf"))) {
      return start + "GGUF files are not read: give a folder with config.json and *.safetensors.";
    }
    if (names.stream().anyMatch(name -> name.endsWith(".safetensors"))) {
      return start + "copy it there from where the *.safetensors came from.";
    }
    return start
        + (names.isEmpty() ? "it holds no files" : "it holds " + some(names))
        + ": give the folder of a checkpoint, with config.json and *.safetensors.";
  }

  /** One level down, where people unpack, and where Hugging Face's cache keeps its revisions. */
  private static List<Path> checkpointsBelow(Path directory) {
    List<Path> found = new ArrayList<>();
    for (Path parent : List.of(directory, directory.resolve("snapshots"))) {
      if (Files.isDirectory(parent)) {
        for (String name : names(parent, Files::isDirectory)) {
          if (Files.isRegularFile(parent.resolve(name).resolve(CONFIG))) {
            found.add(parent.resolve(name));
          }
        }
      }
    }
    return found;
  }

  /** The first names of a list, for messages. */
  static String some(List<String> names) {
    int shown = Math.min(4, names.size());
    String text = String.join(", ", names.subList(0, shown));
    return names.size() > shown ? text + " and " + (names.size() - shown) + " more" : text;
  }
}
