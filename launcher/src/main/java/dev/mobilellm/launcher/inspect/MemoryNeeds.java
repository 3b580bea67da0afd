package dev.mobilellm.launcher.inspect;

import dev.mobilellm.runtime.device.DeviceChoice;
import dev.mobilellm.runtime.device.DeviceSearch;
import dev.mobilellm.runtime.inspection.ModelInspection;
import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.device.CacheMemory;
import dev.mobilellm.spi.device.DeviceOptions;
import dev.mobilellm.spi.graph.KvCache;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Memory that a model needs, in bytes.
 *
 * @param weights of the tensors that are used, as they are stored
 * @param device that keeps the conversations; empty if none is here that can tell
 * @param conversations of different lengths, ascending; empty if not all layers could be recorded
 */
record MemoryNeeds(long weights, Optional<String> device, List<Conversation> conversations) {

  /** Lengths that people choose; only up to what the model was trained for. */
  private static final List<Integer> USUAL = List.of(2048, 4096, 8192, 16_384, 32_768, 131_072);

  /**
   * One conversation.
   *
   * @param context tokens
   * @param cache keys and values
   */
  record Conversation(int context, CacheMemory cache) {}

  /**
   * Which device is asked.
   *
   * @param device its name; empty: the one that would be taken
   * @param options it would be opened with
   */
  record Asked(Optional<String> device, DeviceOptions options) {}

  /**
   * Finds out.
   *
   * @param contexts tokens of conversations; empty: the usual ones
   * @throws UsageException if there is no such device, or it knows no such type of cache
   */
  static MemoryNeeds of(
      ModelInspection inspection, List<Integer> contexts, Asked asked, PluginRegistry registry) {
    Optional<DeviceChoice> device = device(registry, asked);
    List<Integer> wanted = contexts.isEmpty() ? usual(inspection) : contexts;
    List<Conversation> conversations = new ArrayList<>();
    for (List<KvCache> caches : inspection.caches().stream().toList()) {
      for (int context : wanted.stream().distinct().sorted().toList()) {
        Optional<CacheMemory> told =
            device.flatMap(
                d -> d.provider().plugin().cacheMemory(d.info(), asked.options, caches, context));
        conversations.add(new Conversation(context, told.orElseGet(() -> floats(caches, context))));
      }
    }
    return new MemoryNeeds(
        inspection.shares().total().bytes(), device.map(d -> d.info().id()), conversations);
  }

  private static Optional<DeviceChoice> device(PluginRegistry registry, Asked asked) {
    try {
      DeviceSearch search = new DeviceSearch(registry, asked.options, note -> {});
      return Optional.of(search.first(asked.device, Function.identity()));
    } catch (ModelException _) {
      return Optional.empty();
    }
  }

  private static CacheMemory floats(List<KvCache> caches, int context) {
    long width = caches.stream().mapToLong(KvCache::width).sum();
    return new CacheMemory("f32", 2 * width * Float.BYTES * context);
  }

  private static List<Integer> usual(ModelInspection inspection) {
    try {
      int trained = inspection.config().maxPositionEmbeddings();
      return Stream.concat(USUAL.stream().filter(n -> n < trained), Stream.of(trained)).toList();
    } catch (ModelException _) {
      return List.of();
    }
  }
}
