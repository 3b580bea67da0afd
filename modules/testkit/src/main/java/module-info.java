/** What authors of plugins test with: golden checkpoints, a reference device, contracts. */
module dev.mobilellm.testkit {
  requires transitive dev.mobilellm.spi;
  requires transitive org.junit.jupiter.api;

  exports dev.mobilellm.testkit;
  exports dev.mobilellm.testkit.reference;

  // JUnit calls the tests of the contracts, which are not public.
  opens dev.mobilellm.testkit to
      org.junit.platform.commons;

  // Kernels are tested on the device that they are for.
  uses dev.mobilellm.spi.device.ComputeDeviceProvider;

  provides dev.mobilellm.spi.device.ComputeDeviceProvider with
      dev.mobilellm.testkit.reference.ReferenceDeviceProvider;
}
