/** Everything a plugin author compiles against. Depends on java.base only. */
module dev.mobilellm.spi {
  exports dev.mobilellm.spi;
  exports dev.mobilellm.spi.device;
  exports dev.mobilellm.spi.graph;
  exports dev.mobilellm.spi.model;
  exports dev.mobilellm.spi.sampling;
  exports dev.mobilellm.spi.text;
  exports dev.mobilellm.spi.weights;
}
