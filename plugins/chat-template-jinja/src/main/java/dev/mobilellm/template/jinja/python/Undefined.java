package dev.mobilellm.template.jinja.python;

/**
 * What a missing variable, attribute or item gives: false, empty and printed as nothing; everything
 * else with it is an error.
 *
 * @param name what is missing, for messages
 */
public record Undefined(String name) {

  TemplateProblem problem() {
    return new TemplateProblem("'" + Marks.plain(name) + "' is undefined");
  }
}
