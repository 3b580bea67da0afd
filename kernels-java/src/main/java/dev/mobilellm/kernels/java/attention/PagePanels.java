package dev.mobilellm.kernels.java.attention;

import dev.mobilellm.kernels.java.spi.CacheTypes;

/** The panels of each page. All have equally many columns. */
final class PagePanels {

  private final Panels early;
  private final Panels late;

  PagePanels(CacheTypes types) {
    early = Panels.of(types.early());
    late = types.late() == types.early() ? early : Panels.of(types.late());
    if (early.layout().columns() != late.layout().columns()) {
      throw new IllegalArgumentException("panels of different width: " + types);
    }
  }

  Panels of(int page) {
    return page < CacheTypes.EARLY_PAGES ? early : late;
  }

  /** Columns of each panel. */
  int columns() {
    return late.layout().columns();
  }

  /** How many panels hold so many columns. */
  int count(int width) {
    return late.layout().panels(width);
  }

  /** So many columns rounded up to whole panels. */
  int padded(int width) {
    return count(width) * columns();
  }
}
