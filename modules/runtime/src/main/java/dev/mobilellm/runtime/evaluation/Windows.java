package dev.mobilellm.runtime.evaluation;

import dev.mobilellm.spi.UsageException;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.RandomAccess;
import java.util.stream.IntStream;

/**
 * How a long text is cut into windows. Window {@code w} starts at token {@code w * stride} of the
 * text and is {@code context} tokens long, one of them the BOS in front. A token counts in the
 * first window in which at least {@code warmUp} tokens of the text stand before it, and so at most
 * once. What remains behind the last whole window is left out.
 *
 * <p>A stride of {@code context - 1} puts window behind window, and each token counts. A smaller
 * one gives each token behind the first window at least {@code context - 1 - stride} tokens to be
 * predicted from. A stride of {@code context} and a warm-up of {@code context / 2} are the windows
 * of llama.cpp.
 *
 * @param context tokens of a window with its BOS, at least 2
 * @param stride tokens from the start of a window to that of the next, 1 to {@code context}
 * @param warmUp tokens at the start of a window that never count there, 0 to {@code context - 2}
 */
public record Windows(int context, int stride, int warmUp) {

  /**
   * @throws UsageException naming the number, what it may be and what it is
   */
  public Windows {
    require(context >= 2, "context", "at least 2", context);
    require(stride >= 1 && stride <= context, "stride", "between 1 and " + context, stride);
    require(
        warmUp >= 0 && warmUp <= context - 2, "warm-up", "between 0 and " + (context - 2), warmUp);
  }

  /** Window behind window; each token counts. */
  public static Windows of(int context) {
    return new Windows(context, Math.max(1, context - 1), 0);
  }

  /**
   * Cuts a text.
   *
   * @param text token ids; a BOS at its start is not part of it
   * @param bos goes in front of each window; empty: windows hold one more token of the text, and
   *     their first does not count
   * @return at least one, made as they are asked for
   * @throws UsageException if the text does not fill one window
   */
  public List<Window> over(int[] text, OptionalInt bos) {
    int[] ids =
        bos.isPresent() && text.length > 0 && text[0] == bos.getAsInt()
            ? Arrays.copyOfRange(text, 1, text.length)
            : text;
    int size = bos.isPresent() ? context - 1 : context;
    if (ids.length < size) {
      throw new UsageException(
          "The text has %d tokens, but one window of %d takes %d; give a longer text or a smaller --context."
              .formatted(ids.length, context, size));
    }
    return new Cut(ids, bos, size);
  }

  private static void require(boolean holds, String name, String wanted, int found) {
    if (!holds) {
      throw new UsageException("%s must be %s, found %d.".formatted(name, wanted, found));
    }
  }

  /**
   * The windows of one text: strides may be small, so the overlapping copies are never all kept.
   */
  private final class Cut extends AbstractList<Window> implements RandomAccess {

    private final int[] ids;
    private final OptionalInt bos;
    private final int size;

    Cut(int[] ids, OptionalInt bos, int size) {
      this.ids = ids;
      this.bos = bos;
      this.size = size;
    }

    @Override
    public int size() {
      return 1 + (ids.length - size) / stride;
    }

    @Override
    public Window get(int index) {
      int start = Objects.checkIndex(index, size()) * stride;
      int head = context - size;
      int counted = index == 0 ? 0 : size - stride;
      int[] body = Arrays.copyOfRange(ids, start, start + size);
      return new Window(
          bos.isPresent() ? prepended(bos.getAsInt(), body) : body,
          Math.max(1, head + Math.max(warmUp, counted)));
    }

    private static int[] prepended(int first, int[] rest) {
      return IntStream.concat(IntStream.of(first), IntStream.of(rest)).toArray();
    }
  }
}
