/** The compute device {@code java}: Vector API kernels over native memory, on all CPU cores. */
module dev.mobilellm.kernels.java {
  requires transitive dev.mobilellm.spi;
  requires static jdk.incubator.vector;
  requires jdk.management;

  exports dev.mobilellm.kernels.java.spi;

  uses dev.mobilellm.kernels.java.spi.JavaKernelProvider;

  provides dev.mobilellm.spi.device.ComputeDeviceProvider with
      dev.mobilellm.kernels.java.JavaDeviceProvider;
}
