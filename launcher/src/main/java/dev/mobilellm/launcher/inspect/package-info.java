/** {@code mobilellm inspect}: what a checkpoint holds, and whether it would load. */
package dev.mobilellm.launcher.inspect;
