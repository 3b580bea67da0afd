package dev.mobilellm.spi.text;

import dev.mobilellm.spi.Match;
import dev.mobilellm.spi.Plugin;
import dev.mobilellm.spi.model.ModelFiles;

/** Opens the tokenizer of a checkpoint. A service. */
public interface TokenizerProvider extends Plugin {

  /** Whether the checkpoint has a tokenizer that this provider understands. */
  Match matches(ModelFiles files);

  /**
   * Opens the tokenizer.
   *
   * @throws dev.mobilellm.spi.ModelException if its files are broken, naming them
   */
  Tokenizer open(ModelFiles files);
}
