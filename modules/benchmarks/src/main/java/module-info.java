/** What the project is measured with; not shipped. */
module dev.mobilellm.benchmarks {
  requires com.fasterxml.jackson.databind;
  requires dev.mobilellm.checkpoint;
  requires dev.mobilellm.runtime;
}
