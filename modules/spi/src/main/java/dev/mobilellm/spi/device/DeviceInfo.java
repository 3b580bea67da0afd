package dev.mobilellm.spi.device;

/**
 * A device that can be opened.
 *
 * @param id as users type it, unique among the devices of all providers: {@code java}, {@code
 *     opencl:1}
 * @param description for people: {@code 8 threads, 512-bit vectors}
 * @param kind what it is
 * @param memory bytes that it can use, 0 if unknown
 */
public record DeviceInfo(String id, String description, Kind kind, long memory) {

  /** What a device is; {@code auto} prefers a GPU. */
  public enum Kind {
    CPU,
    GPU,
    OTHER
  }
}
