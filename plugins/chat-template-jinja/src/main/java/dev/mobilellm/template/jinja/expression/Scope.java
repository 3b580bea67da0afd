package dev.mobilellm.template.jinja.expression;

/** The variables that an expression sees. */
@FunctionalInterface
public interface Scope {

  /** The value, or an undefined one. */
  Object lookup(String name);
}
