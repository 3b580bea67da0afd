/** OpenCL as objects: what the driver has, its memory, queues and kernels. Knows no models. */
package dev.mobilellm.kernels.opencl.driver;
