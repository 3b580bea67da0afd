/** Processors and samplers. Each is a provider without state; what it makes serves one request. */
package dev.mobilellm.sampling;
