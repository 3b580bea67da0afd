/** {@code mobilellm plugins}: which plugins there are, and which of them serve. */
package dev.mobilellm.launcher.plugins;
