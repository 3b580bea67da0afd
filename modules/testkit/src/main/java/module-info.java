/** What authors of plugins test with: golden checkpoints, a reference device, contracts. */
module dev.mobilellm.testkit {
  requires transitive dev.mobilellm.spi;

  exports dev.mobilellm.testkit;
}
