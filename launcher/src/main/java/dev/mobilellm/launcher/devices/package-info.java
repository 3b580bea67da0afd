/** {@code mobilellm devices}: what there is to compute with. */
package dev.mobilellm.launcher.devices;
