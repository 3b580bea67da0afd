/** What the project is measured with; not shipped. */
module dev.mobilellm.benchmarks {
  requires com.fasterxml.jackson.databind;
  requires dev.mobilellm.checkpoint;
  requires dev.mobilellm.runtime;
  requires jmh.core;
  // JMH uses both without saying so.
  requires java.management;
  requires jdk.unsupported;

  // JMH calls what its annotation processor makes.
  opens dev.mobilellm.benchmarks.kernels.jmh_generated to
      jmh.core;
}
