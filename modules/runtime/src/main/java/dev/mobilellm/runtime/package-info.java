/** The entry point of the library: {@link dev.mobilellm.runtime.LanguageModel}. */
package dev.mobilellm.runtime;
