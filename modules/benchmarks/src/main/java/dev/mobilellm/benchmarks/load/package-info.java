/** Clients by the dozen for a server with the protocol of OpenAI. */
package dev.mobilellm.benchmarks.load;
