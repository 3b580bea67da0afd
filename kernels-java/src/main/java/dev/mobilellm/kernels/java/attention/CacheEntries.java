package dev.mobilellm.kernels.java.attention;

import dev.mobilellm.kernels.java.cache.PanelLayout;
import dev.mobilellm.kernels.java.memory.Native;
import dev.mobilellm.kernels.java.spi.Pass.CachePages;

/** Puts the keys and values of single positions into their panels. */
final class CacheEntries {

  private static final int PAGE = CachePages.PAGE;

  private final PagePanels pagePanels;
  private final int headDim;

  CacheEntries(PagePanels panels, int headDim) {
    pagePanels = panels;
    this.headDim = headDim;
  }

  /**
   * Stores a key: a column of a panel.
   *
   * @param source address of its floats
   */
  void putKey(CachePages pages, int head, int position, long source) {
    Panels panels = pagePanels.of(position / PAGE);
    PanelLayout layout = panels.layout();
    int slot = position % PAGE;
    long column =
        pages.keys(position / PAGE, head)
            + (long) (slot / layout.columns()) * headDim * layout.rowBytes()
            + layout.offset(slot % layout.columns());
    float scale = panels.scale(source, headDim);
    if (panels.scaled()) {
      Native.putFloat(pages.keyScales(position / PAGE, head) + (long) slot * Float.BYTES, scale);
    }
    float divisor = scale == 0 ? 1 : scale;
    for (int d = 0; d < headDim; d++) {
      float x = Native.getFloat(source + (long) d * Float.BYTES);
      panels.put(column + (long) d * layout.rowBytes(), x / divisor);
    }
  }

  /**
   * Stores a value: a row of each panel.
   *
   * @param source address of its floats
   */
  void putValue(CachePages pages, int head, int position, long source) {
    Panels panels = pagePanels.of(position / PAGE);
    PanelLayout layout = panels.layout();
    int slot = position % PAGE;
    long row = pages.values(position / PAGE, head) + (long) slot * layout.rowBytes();
    float scale = panels.scale(source, headDim);
    if (panels.scaled()) {
      Native.putFloat(pages.valueScales(position / PAGE, head) + (long) slot * Float.BYTES, scale);
    }
    float divisor = scale == 0 ? 1 : scale;
    for (int d = 0; d < headDim; d++) {
      long panel = (long) (d / layout.columns()) * PAGE * layout.rowBytes();
      float x = Native.getFloat(source + (long) d * Float.BYTES);
      panels.put(row + panel + layout.offset(d % layout.columns()), x / divisor);
    }
  }
}
