package dev.mobilellm.template.jinja.python;

/**
 * What the filters {@code safe} and {@code escape} give. It can be printed and nothing else: in
 * Python, text that is joined with it is HTML-escaped on the way.
 */
public record Markup(String text) {}
