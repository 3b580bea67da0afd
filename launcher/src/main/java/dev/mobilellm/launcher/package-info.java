/**
 * What commands share: the console, options, module layers of third-party plugins, exit codes. Each
 * command has a package of its own below, and {@code main} knows them all.
 */
package dev.mobilellm.launcher;
