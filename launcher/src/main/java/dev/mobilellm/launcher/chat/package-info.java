/** {@code mobilellm chat}: a conversation, typed or from a pipe. */
package dev.mobilellm.launcher.chat;
