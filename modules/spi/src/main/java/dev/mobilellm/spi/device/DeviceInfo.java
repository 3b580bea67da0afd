package dev.mobilellm.spi.device;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A device that can be opened.
 *
 * @param id as users type it, unique among the devices of all providers: {@code java}, {@code
 *     opencl:1}
 * @param description for people: {@code 8 threads, 512-bit vectors}
 * @param kind what it is
 * @param memory bytes that it can use, 0 if unknown
 * @param facts what else there is to know, for people, in the order in which they read it; the key
 *     is the name, the value carries its unit: {@code driver}, {@code largest allocation}, {@code
 *     local memory}. They keep their order and cannot be changed
 */
public record DeviceInfo(
    String id, String description, Kind kind, long memory, Map<String, String> facts) {

  /** What a device is; {@code auto} prefers a GPU. */
  public enum Kind {
    CPU,
    GPU,
    OTHER
  }

  public DeviceInfo {
    facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
  }

  /** A device of which nothing else is known. */
  public DeviceInfo(String id, String description, Kind kind, long memory) {
    this(id, description, kind, memory, Map.of());
  }
}
