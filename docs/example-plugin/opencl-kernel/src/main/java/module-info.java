/** An OpenCL kernel for the gated half of an MLP with float32 weights. */
module com.example.gatedopencl {
  requires dev.mobilellm.kernels.opencl;

  provides dev.mobilellm.kernels.opencl.spi.OpenClKernelProvider with
      com.example.gatedopencl.GatedKernels;
}
