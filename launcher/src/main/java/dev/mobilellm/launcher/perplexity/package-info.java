/** The command {@code mobilellm perplexity}. */
package dev.mobilellm.launcher.perplexity;
