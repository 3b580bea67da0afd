package dev.mobilellm.spi.device;

/**
 * What the key/value cache of a sequence takes.
 *
 * @param type how it is kept, for people: {@code bf16}
 * @param bytes that it takes
 */
public record CacheMemory(String type, long bytes) {}
