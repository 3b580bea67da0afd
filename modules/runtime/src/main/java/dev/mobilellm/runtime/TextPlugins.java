package dev.mobilellm.runtime;

import dev.mobilellm.runtime.plugins.Selector;
import dev.mobilellm.runtime.plugins.Service;
import dev.mobilellm.spi.model.ModelFiles;
import dev.mobilellm.spi.text.ChatTemplate;
import dev.mobilellm.spi.text.Tokenizer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/**
 * The tokenizer and the chat template of a checkpoint.
 *
 * <p>A vocabulary of 128,000 tokens takes about as long to open as the weights of a model take to
 * be prepared, so the two happen side by side, and the template is read beside them.
 */
record TextPlugins(Optional<Tokenizer> tokenizer, Optional<ChatTemplate> template) {

  /** Opens each on a thread of its own. */
  static Opening start(ModelFiles files, Selector selector) {
    CompletableFuture<Optional<Tokenizer>> tokenizer =
        start(
            "mobilellm-tokenizer",
            () ->
                selector
                    .select(Service.TOKENIZER, Optional.empty(), found -> found.matches(files))
                    .chosen()
                    .map(found -> found.plugin().open(files)));
    CompletableFuture<Optional<ChatTemplate>> template =
        start(
            "mobilellm-template",
            () ->
                selector
                    .select(Service.CHAT_TEMPLATE, Optional.empty(), found -> found.matches(files))
                    .chosen()
                    .map(found -> found.plugin().open(files)));
    return new Opening(tokenizer, template);
  }

  private static <T> CompletableFuture<T> start(String name, Supplier<T> open) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Thread.ofPlatform().name(name).daemon().start(() -> result.completeAsync(open, Runnable::run));
    return result;
  }

  /** What is being opened. */
  record Opening(
      CompletableFuture<Optional<Tokenizer>> tokenizer,
      CompletableFuture<Optional<ChatTemplate>> template)
      implements AutoCloseable {

    /** Waits for both, and throws what opening one threw. */
    TextPlugins await() {
      try {
        return new TextPlugins(tokenizer.join(), template.join());
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
      tokenizer.thenAccept(opened -> opened.ifPresent(Tokenizer::close));
    }
  }
}
