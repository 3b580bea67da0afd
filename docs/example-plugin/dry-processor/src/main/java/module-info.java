/** DRY: a penalty for what would continue a repetition. */
module com.example.dry {
  requires dev.mobilellm.spi;

  provides dev.mobilellm.spi.sampling.LogitsProcessorProvider with
      com.example.dry.Dry;
}
