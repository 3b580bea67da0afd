/** The command that measures speed. */
package dev.mobilellm.launcher.bench;
