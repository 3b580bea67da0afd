/** The command that answers a prompt. */
package dev.mobilellm.launcher.generate;
