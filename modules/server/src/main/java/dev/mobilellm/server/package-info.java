/** A server that clients of OpenAI's protocol understand. */
package dev.mobilellm.server;
