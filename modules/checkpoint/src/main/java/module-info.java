/** Reading and writing checkpoints: config.json, safetensors files, shards. */
module dev.mobilellm.checkpoint {
  requires transitive dev.mobilellm.spi;
  requires com.fasterxml.jackson.core;

  exports dev.mobilellm.checkpoint;
}
