/** The command that prints logits. */
package dev.mobilellm.launcher.logits;
