/** The entrance: it knows all commands, and turns their errors into exit codes. */
package dev.mobilellm.launcher.main;
