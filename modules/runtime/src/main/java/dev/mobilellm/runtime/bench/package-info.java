/** Models of random weights, and how fast a model is on a device. */
package dev.mobilellm.runtime.bench;
