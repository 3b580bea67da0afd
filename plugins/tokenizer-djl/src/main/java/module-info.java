/** The tokenizer of a checkpoint, through DJL's Hugging Face tokenizers. */
module dev.mobilellm.tokenizer.djl {
  requires dev.mobilellm.spi;
  requires com.fasterxml.jackson.core;
  requires ai.djl.api;
  requires ai.djl.tokenizers;
  // DJL logs through it, but as an automatic module cannot say so.
  requires org.slf4j;

  provides dev.mobilellm.spi.text.TokenizerProvider with
      dev.mobilellm.tokenizer.djl.DjlTokenizers;
}
