package dev.mobilellm.template.jinja.python;

/**
 * Python's None. Not Java's null: Jinjava takes a variable that is null for one that is missing.
 */
public enum None {
  NONE
}
