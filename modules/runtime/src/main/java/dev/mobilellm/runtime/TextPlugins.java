package dev.mobilellm.runtime;

import dev.mobilellm.runtime.plugins.Selector;
import dev.mobilellm.runtime.plugins.Service;
import dev.mobilellm.spi.model.ModelFiles;
import dev.mobilellm.spi.text.ChatTemplate;
import dev.mobilellm.spi.text.Tokenizer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * The tokenizer and the chat template of a checkpoint.
 *
 * <p>A vocabulary of 128,000 tokens takes about as long to open as the weights of a model take to
 * be prepared, so the two happen side by side.
 */
record TextPlugins(Optional<Tokenizer> tokenizer, Optional<ChatTemplate> template) {

  static TextPlugins open(ModelFiles files, Selector selector) {
    Optional<ChatTemplate> template =
        selector
            .select(Service.CHAT_TEMPLATE, Optional.empty(), provider -> provider.matches(files))
            .chosen()
            .map(found -> found.plugin().open(files));
    Optional<Tokenizer> tokenizer =
        selector
            .select(Service.TOKENIZER, Optional.empty(), provider -> provider.matches(files))
            .chosen()
            .map(found -> found.plugin().open(files));
    return new TextPlugins(tokenizer, template);
  }

  /** As {@link #open}, on a thread of its own. */
  static Opening start(ModelFiles files, Selector selector) {
    CompletableFuture<TextPlugins> result = new CompletableFuture<>();
    Thread.ofPlatform()
        .name("mobilellm-text")
        .daemon()
        .start(() -> result.completeAsync(() -> open(files, selector), Runnable::run));
    return new Opening(result);
  }

  /** What is being opened. */
  record Opening(CompletableFuture<TextPlugins> result) implements AutoCloseable {

    /** Waits for it, and throws what opening it threw. */
    TextPlugins await() {
      try {
        return result.join();
      } catch (CompletionException e) {
        if (e.getCause() instanceof RuntimeException cause) {
          throw cause;
        }
        throw e;
      }
    }

    /** Closes the tokenizer, now or as soon as it is there. */
    @Override
    public void close() {
      result.thenAccept(text -> text.tokenizer.ifPresent(Tokenizer::close));
    }
  }
}
