/** {@code mobilellm serve}. */
package dev.mobilellm.launcher.serve;
