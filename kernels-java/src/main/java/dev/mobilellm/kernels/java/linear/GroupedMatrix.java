package dev.mobilellm.kernels.java.linear;

import dev.mobilellm.kernels.java.memory.Native;
import dev.mobilellm.kernels.java.spi.KernelContext;
import dev.mobilellm.kernels.java.spi.WorkerScratch;
import dev.mobilellm.spi.weights.AffineGroups;
import dev.mobilellm.spi.weights.WeightTensor;

/**
 * Weights in MLX's affine groups, repacked when they are bound (see {@link GroupedLayout}). Few
 * tokens are multiplied one by one with each block while it is in the second-level cache, many
 * tokens as a block product.
 *
 * <p>With 4 bits the inputs of a group are rounded to whole numbers of 8 bits, unless exact results
 * are asked for: only so do the products keep up with memory.
 */
final class GroupedMatrix extends Matrix {

  /** Up to so many tokens multiplying one by one is quicker than making a panel of floats. */
  private static final int FEW_TOKENS = 6;

  private final GroupedLayout layout;
  private final long address;
  private final boolean rounded;
  private final GroupForm form;
  private final GroupedBlock block;
  private final WorkerScratch scratch;
  private final String encoding;

  /**
   * @param exact whether inputs stay floats
   */
  GroupedMatrix(WeightTensor weight, AffineGroups affine, boolean exact, KernelContext context) {
    super(weight);
    rounded = affine.bits() == 4 && !exact;
    layout =
        rounded
            ? GroupedLayout.of(weight, affine, NibbleProducts.TOGETHER, false)
            : GroupedLayout.of(
                weight, affine, WordProducts.TOGETHER, WordProducts.wantsBytes(affine.bits()));
    address = layout.repack(weight, affine, context);
    form = rounded ? new NibbleWords(layout.group()) : new GroupSums(layout.group());
    block = new GroupedBlock(layout, rounded ? new NibblePanel(layout) : new FloatPanel(layout));
    scratch = context.scratch(block.scratchBytes());
    encoding = affine.name() + (rounded ? " int8" : "");
  }

  @Override
  String encoding() {
    return encoding;
  }

  /** A block: two workers that share one would both compute it whole. */
  @Override
  int grain() {
    return GroupedLayout.ROWS;
  }

  @Override
  InputForm form() {
    return form;
  }

  @Override
  void multiply(int from, int to, long x, int tokens, long y, int yWidth, int worker) {
    long tokenBytes = form.tokenBytes();
    long groupBytes = tokens * tokenBytes;
    long sums = scratch.address(worker);
    int tile = tokens <= FEW_TOKENS ? 1 : GroupedBlock.TILE;
    for (int start = from / GroupedLayout.ROWS * GroupedLayout.ROWS;
        start < to;
        start += GroupedLayout.ROWS) {
      long w = address + start / GroupedLayout.ROWS * layout.blockBytes();
      int first = Math.max(from, start);
      long bytes = (long) (Math.min(to, start + GroupedLayout.ROWS) - first) * Float.BYTES;
      for (int token = 0; token < tokens; token += tile) {
        int count = Math.min(tile, tokens - token);
        if (tile == 1) {
          vector(w, x + token * tokenBytes, groupBytes, sums);
        } else {
          block.multiply(w, x + token * tokenBytes, tokenBytes, groupBytes, count, sums);
        }
        for (int t = 0; t < count; t++) {
          long source = sums + ((long) t * GroupedLayout.ROWS + first - start) * Float.BYTES;
          long target = y + ((long) (token + t) * yWidth + first) * Float.BYTES;
          Native.copy(source, target, bytes);
        }
      }
    }
  }

  private void vector(long w, long x, long groupBytes, long sums) {
    if (rounded) {
      NibbleProducts.block(layout, w, x, groupBytes, sums);
    } else {
      WordProducts.block(layout, w, x, groupBytes, sums);
    }
  }
}
