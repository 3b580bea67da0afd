/** Forward passes and the key/value cache: what a batch is on the device. */
package dev.mobilellm.kernels.opencl.pass;
