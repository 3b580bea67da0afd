/** A program that uses mobilellm as a library. */
module com.example.ask {
  requires dev.mobilellm.runtime;
}
