package dev.mobilellm.tokenizer.djl;

import dev.mobilellm.spi.Match;
import dev.mobilellm.spi.model.ModelFiles;
import dev.mobilellm.spi.text.Tokenizer;
import dev.mobilellm.spi.text.TokenizerProvider;

/** Reads {@code tokenizer.json}, if it holds a byte-level BPE as that of Llama 3. */
public final class DjlTokenizers implements TokenizerProvider {

  private static final String FILE = "tokenizer.json";

  @Override
  public String name() {
    return "djl";
  }

  /** Other kinds of tokenizers match too: {@link #open} says why they cannot be read. */
  @Override
  public Match matches(ModelFiles files) {
    return files.has(FILE)
        ? Match.yes("there is a " + FILE)
        : Match.no("there is no " + FILE + " in " + files.directory());
  }

  @Override
  public Tokenizer open(ModelFiles files) {
    return new DjlTokenizer(new TokenizerFile(files.file(FILE)));
  }
}
