package dev.mobilellm.template.jinja.python;

/**
 * Why a template cannot be rendered: its own error, or something that would not come out as Python
 * renders it. The message is a clause without a full stop.
 */
public final class TemplateProblem extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final int line;

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
    super(message, null, false, false);
    this.line = line;
  }

  /** The line of the template, from 1; 0 if not known. */
  public int line() {
    return line;
  }

  /** The same problem with a line, unless it has one. */
  public TemplateProblem at(int where) {
    return line > 0 ? this : new TemplateProblem(where, getMessage());
  }
}
