package dev.mobilellm.template.jinja.python;

/** A value with named attributes and nothing else: {@code loop}, a namespace. */
public interface Attributes {

  /** The attribute, or null if there is none of that name. */
  Object attribute(String name);
}
