/** What the project is measured with; not shipped. */
module dev.mobilellm.benchmarks {
  requires dev.mobilellm.checkpoint;
  requires dev.mobilellm.runtime;
  requires jdk.incubator.vector;
}
