/** A kernel for the gated half of an MLP with float32 weights. */
module com.example.gatedkernel {
  requires dev.mobilellm.kernels.java;
  requires jdk.incubator.vector;

  provides dev.mobilellm.kernels.java.spi.JavaKernelProvider with
      com.example.gatedkernel.GatedKernels;
}
