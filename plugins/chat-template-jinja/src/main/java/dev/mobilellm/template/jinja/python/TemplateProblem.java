package dev.mobilellm.template.jinja.python;

/**
 * Why a template cannot be rendered: its own error, or something that would not come out as Python
 * renders it. The message is a clause without a full stop.
 */
public final class TemplateProblem extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final int line;
  private final boolean raised;

  /** A problem of the line that is being rendered. */
  public TemplateProblem(String message) {
    this(0, message);
  }

  /**
   * A problem of a certain line.
   *
   * @param line from 1; 0 if not known yet
   */
  public TemplateProblem(int line, String message) {
    this(line, message, false);
  }

  private TemplateProblem(int line, String message, boolean raised) {
    super(message, null, false, false);
    this.line = line;
    this.raised = raised;
  }

  /** What a template says with {@code raise_exception}. */
  public static TemplateProblem raised(String message) {
    return new TemplateProblem(0, message, true);
  }

  /** Whether the template raised it itself. */
  public boolean isRaised() {
    return raised;
  }

  /** The line of the template, from 1; 0 if not known. */
  public int line() {
    return line;
  }

  /** The same problem with a line, unless it has one. */
  public TemplateProblem at(int where) {
    return line > 0 ? this : new TemplateProblem(where, getMessage(), raised);
  }
}
