package dev.mobilellm.checkpoint;

import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.model.ModelFiles;
import dev.mobilellm.spi.model.Settings;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which files of a folder hold the weights.
 *
 * @param files in the order in which they are read
 * @param index the file of each tensor as the index promises it; empty without an index
 */
record WeightFiles(List<Path> files, Map<String, Path> index) {

  static final String INDEX = "model.safetensors.index.json";

  /** The names of a single file: Hugging Face's and an older one of MLX. */
  private static final List<String> SINGLE = List.of("model.safetensors", "weights.safetensors");

  /** {@code model-00001-of-00003.safetensors}, or MLX's older {@code weights.00.safetensors}. */
  private static final Pattern SHARD =
      Pattern.compile("(model|weights)[-.](\\d{1,9})(?:-of-(\\d{1,9}))?\\.safetensors");

  /** Why a folder has no weights that can be read, as a clause; empty if it has some. */
  static Optional<String> absence(ModelFiles files) {
    if (files.has(INDEX) || SINGLE.stream().anyMatch(files::has)) {
      return Optional.empty();
    }
    List<String> names = CheckpointFiles.fileNames(files.directory());
    if (names.stream().anyMatch(name -> SHARD.matcher(name).matches())) {
      return Optional.empty();
    }
    String start = files.directory() + " holds no weights";
    List<String> unusual = names.stream().filter(name -> name.endsWith(".safetensors")).toList();
    if (!unusual.isEmpty()) {
      return Optional.of(
          start
              + " under a usual name: rename "
              + CheckpointFiles.some(unusual)
              + " to model.safetensors if it holds the model");
    }
    List<String> others =
        names.stream().filter(name -> name.matches(".+\\.(bin|pt|pth|ckpt|gguf|npz)")).toList();
    if (!others.isEmpty()) {
      return Optional.of(
          start
              + " as safetensors, the only format that is read: convert "
              + CheckpointFiles.some(others));
    }
    return Optional.of(start + ": put model.safetensors beside config.json");
  }

  /**
   * Finds the files: by the index, else a single file, else all shards by their names.
   *
   * @throws ModelException if there are none, one is missing, or the index leads elsewhere
   */
  static WeightFiles locate(ModelFiles files) {
    absence(files)
        .ifPresent(
            reason -> {
              throw new ModelException(reason + ".");
            });
    Optional<Settings> index = files.json(INDEX);
    if (index.isPresent()) {
      return indexed(files, index.get());
    }
    for (String name : SINGLE) {
      if (files.has(name)) {
        return new WeightFiles(List.of(files.file(name)), Map.of());
      }
    }
    return numbered(files.directory());
  }

  private static WeightFiles indexed(ModelFiles files, Settings index) {
    Settings map =
        index
            .object("weight_map")
            .orElseThrow(
                () ->
                    new ModelException(
                        files.file(INDEX) + ": the object \"weight_map\" is missing."));
    Map<String, Path> promised = new TreeMap<>();
    for (Map.Entry<String, Object> entry : map.values().entrySet()) {
      if (!(entry.getValue() instanceof String name)) {
        throw map.wrong(entry.getKey(), "the name of a file", entry.getValue());
      }
      promised.put(
          entry.getKey(),
          inside(files.directory(), name)
              .orElseThrow(
                  () -> map.wrong(entry.getKey(), "a file inside the checkpoint's folder", name)));
    }
    if (promised.isEmpty()) {
      throw new ModelException(files.file(INDEX) + ": \"weight_map\" names no tensors.");
    }
    Collection<Path> shards = new TreeSet<>(promised.values());
    for (Path shard : shards) {
      if (!Files.isRegularFile(shard)) {
        throw new ModelException(
            "The shard %s is missing; %s promises it: copy or download it."
                .formatted(shard, INDEX));
      }
    }
    return new WeightFiles(List.copyOf(shards), promised);
  }

  private static Optional<Path> inside(Path directory, String name) {
    try {
      Path path = directory.resolve(name).normalize();
      boolean below = path.startsWith(directory) && !path.equals(directory);
      return below && !Path.of(name).isAbsolute() ? Optional.of(path) : Optional.empty();
    } catch (InvalidPathException _) {
      return Optional.empty();
    }
  }

  private static WeightFiles numbered(Path directory) {
    NavigableMap<Integer, Path> shards = new TreeMap<>();
    Matcher first = null;
    for (String name : CheckpointFiles.fileNames(directory)) {
      Matcher matcher = SHARD.matcher(name);
      if (!matcher.matches()) {
        continue;
      }
      first = first == null ? matcher : first;
      if (!shardName(first, Integer.parseInt(matcher.group(2))).equals(name)) {
        throw new ModelException(
            "%s holds shards of different sets, %s and %s, and no %s says which belong together."
                .formatted(directory, first.group(), name, INDEX));
      }
      shards.put(Integer.parseInt(matcher.group(2)), directory.resolve(name));
    }
    checkGaps(directory, first, shards);
    return new WeightFiles(List.copyOf(shards.values()), Map.of());
  }

  private static void checkGaps(Path directory, Matcher first, NavigableMap<Integer, Path> shards) {
    boolean counted = first.group(3) != null;
    // Names without a total start at 0 and may end anywhere.
    int from = counted ? 1 : 0;
    int to = counted ? Integer.parseInt(first.group(3)) : shards.lastKey();
    List<String> missing = new ArrayList<>();
    for (int number = from; number <= to && missing.size() < 4; number++) {
      if (!shards.containsKey(number)) {
        missing.add(shardName(first, number));
      }
    }
    if (!missing.isEmpty()) {
      throw new ModelException(
          "%s lacks the shards %s; copy or download them."
              .formatted(directory, String.join(", ", missing)));
    }
  }

  /** The name of another shard of the same set. */
  private static String shardName(Matcher shard, int number) {
    String name = shard.group();
    String digits = String.valueOf(number);
    String padded = "0".repeat(Math.max(0, shard.group(2).length() - digits.length())) + digits;
    return name.substring(0, shard.start(2)) + padded + name.substring(shard.end(2));
  }
}
