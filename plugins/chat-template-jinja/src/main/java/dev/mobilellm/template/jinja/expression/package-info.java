/** Jinja2's expressions: tokens, grammar, filters, tests and global functions. */
package dev.mobilellm.template.jinja.expression;
