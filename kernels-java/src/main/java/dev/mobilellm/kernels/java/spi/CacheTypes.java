package dev.mobilellm.kernels.java.spi;

import dev.mobilellm.spi.UsageException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How the pages of a cache are kept: one type for all, or another one for the first pages. Which
 * one depends on the position alone, so that results do not depend on how tokens came.
 *
 * @param early of the first {@link #EARLY_PAGES} pages
 * @param late of the others
 */
public record CacheTypes(CacheType early, CacheType late) {

  /** Pages of the first type. */
  public static final int EARLY_PAGES = 2;

  /**
   * Short conversations are exact. In long ones half the bytes are read, and the first tokens,
   * which attention weighs most, are still exact.
   */
  public static final CacheTypes AUTO = new CacheTypes(CacheType.F32, CacheType.Q16);

  private static final String AUTO_LABEL = "auto";

  /**
   * What users call {@code auto}, or a type for all pages.
   *
   * @throws UsageException if there is no such type
   */
  public static CacheTypes of(String label) {
    if (label.equals(AUTO_LABEL)) {
      return AUTO;
    }
    return Arrays.stream(CacheType.values())
        .filter(type -> type.label().equals(label))
        .findFirst()
        .map(type -> new CacheTypes(type, type))
        .orElseThrow(
            () ->
                new UsageException(
                    "The key/value cache can be %s, found \"%s\"."
                        .formatted(String.join(", ", labels()), label)));
  }

  private static List<String> labels() {
    List<String> labels = new ArrayList<>(List.of(AUTO_LABEL));
    for (CacheType type : CacheType.values()) {
      labels.add(type.label());
    }
    return labels;
  }

  /** The type of a page. */
  public CacheType at(int page) {
    return page < EARLY_PAGES ? early : late;
  }

  /** For reports: {@code q8}, or {@code f32/q16}. */
  public String label() {
    return early == late ? late.label() : early.label() + "/" + late.label();
  }
}
