package dev.mobilellm.template.jinja.python;

/** A function, a macro or a method of a value. */
@FunctionalInterface
public interface Callable {

  Object call(Arguments arguments);
}
