/** The command line: options, module layers of third-party plugins, exit codes. */
package dev.mobilellm.launcher;
