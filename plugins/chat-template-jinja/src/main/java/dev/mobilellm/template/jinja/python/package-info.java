/** Python's values as chat templates see them: types, operators, strings, and what they print. */
package dev.mobilellm.template.jinja.python;
