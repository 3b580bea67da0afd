/** Which plugins there are, and which of them serves a model. */
package dev.mobilellm.runtime.plugins;
