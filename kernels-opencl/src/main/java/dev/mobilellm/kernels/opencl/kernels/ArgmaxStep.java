package dev.mobilellm.kernels.opencl.kernels;

import dev.mobilellm.kernels.opencl.driver.DeviceBuffer;
import dev.mobilellm.kernels.opencl.driver.Kernel;
import dev.mobilellm.kernels.opencl.driver.Queue;
import dev.mobilellm.kernels.opencl.pass.ForwardPass;
import dev.mobilellm.spi.graph.Value;
import java.util.Map;

/** The ids of the largest logits, so that no others leave the device. */
public final class ArgmaxStep implements Step {

  /** Parts of a row that are searched side by side. */
  private static final int MOST_PARTS = 64;

  private static final int GROUP = 256;

  private final Value logits;
  private final int parts;
  private final DeviceBuffer input;
  private final DeviceBuffer partValues;
  private final DeviceBuffer partIds;
  private final DeviceBuffer ids;
  private final Kernel first;
  private final Kernel second;

  /**
   * @param maxWanted wanted rows that are worked on at once
   * @param maxRows wanted rows of a pass
   */
  public ArgmaxStep(Value logits, int maxWanted, int maxRows, Resources resources) {
    this.logits = logits;
    Map<String, Integer> definitions = Map.of("GROUP_ITEMS", GROUP);
    first = resources.kernel("argmax_parts", definitions, "argmax");
    second = resources.kernel("argmax_rows", definitions, "argmax");
    parts = Math.clamp(logits.width() / (2 * GROUP), 1, MOST_PARTS);
    input = resources.buffer(logits);
    partValues = resources.scratch("part values", (long) maxWanted * parts);
    partIds = resources.scratch("part ids", (long) maxWanted * parts);
    ids = resources.scratch("ids", maxRows);
  }

  @Override
  public String name() {
    return "argmax";
  }

  /** An int for each wanted row of the pass. */
  public DeviceBuffer ids() {
    return ids;
  }

  @Override
  public void run(ForwardPass pass, Queue queue) {
    int rows = pass.rows(logits.rows());
    Arguments.of(first).add(input).add(logits.width()).add(partValues).add(partIds);
    queue.launch(first, parts, rows, 1, first.group(GROUP));
    Arguments.of(second).add(partValues).add(partIds).add(parts).add(ids).add(pass.wantedFirst());
    queue.launch(second, 1, rows, 1, second.group(MOST_PARTS));
  }

  @Override
  public void close() {
    first.close();
    second.close();
  }
}
