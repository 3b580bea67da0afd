/** JMH benchmarks of single kernels, through the device's own door: programs of one operation. */
package dev.mobilellm.benchmarks.kernels;
