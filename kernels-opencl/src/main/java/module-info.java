/** The compute device {@code opencl}: GPUs through OpenCL 1.2, with everything resident on them. */
module dev.mobilellm.kernels.opencl {
  requires transitive dev.mobilellm.spi;
  requires org.lwjgl;
  requires org.lwjgl.natives;
  requires org.lwjgl.opencl;

  exports dev.mobilellm.kernels.opencl.spi;

  uses dev.mobilellm.kernels.opencl.spi.OpenClKernelProvider;

  provides dev.mobilellm.spi.device.ComputeDeviceProvider with
      dev.mobilellm.kernels.opencl.OpenClDeviceProvider;
}
