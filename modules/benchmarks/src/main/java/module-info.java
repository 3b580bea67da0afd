/** What the project is measured with; not shipped. */
module dev.mobilellm.benchmarks {
  requires dev.mobilellm.checkpoint;
}
