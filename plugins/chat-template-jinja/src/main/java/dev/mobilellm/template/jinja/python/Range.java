package dev.mobilellm.template.jinja.python;

import java.util.AbstractList;

/** Python's range. */
public final class Range extends AbstractList<Object> {

  /** The sandbox of Jinja2 refuses longer ones. */
  private static final long LONGEST = 100_000;

  private final long start;
  private final long step;
  private final int size;

  public Range(long start, long stop, long step) {
    if (step == 0) {
      throw new TemplateProblem("range() has a step of zero");
    }
    long distance = step > 0 ? stop - start : start - stop;
    long count = distance <= 0 ? 0 : (distance - 1) / Math.abs(step) + 1;
    if (count > LONGEST) {
      throw new TemplateProblem("range() has more than " + LONGEST + " numbers");
    }
    this.start = start;
    this.step = step;
    this.size = (int) count;
  }

  @Override
  public Object get(int index) {
    return start + index * step;
  }

  @Override
  public int size() {
    return size;
  }
}
