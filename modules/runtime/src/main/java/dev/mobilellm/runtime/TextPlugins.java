package dev.mobilellm.runtime;

import dev.mobilellm.runtime.plugins.Selector;
import dev.mobilellm.runtime.plugins.Service;
import dev.mobilellm.spi.Match;
import dev.mobilellm.spi.Plugin;
import dev.mobilellm.spi.model.ModelFiles;
import dev.mobilellm.spi.text.ChatTemplate;
import dev.mobilellm.spi.text.Tokenizer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
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
    return new Opening(
        start(selector, Service.TOKENIZER, p -> p.matches(files), p -> p.open(files)),
        start(selector, Service.CHAT_TEMPLATE, p -> p.matches(files), p -> p.open(files)));
  }

  private static <P extends Plugin, T> CompletableFuture<Optional<T>> start(
      Selector selector, Service<P> service, Function<P, Match> matches, Function<P, T> open) {
    CompletableFuture<Optional<T>> result = new CompletableFuture<>();
    Supplier<Optional<T>> opened =
        () ->
            selector
                .select(service, Optional.empty(), matches)
                .chosen()
                .map(found -> open.apply(found.plugin()));
    Thread.ofPlatform()
        .name("mobilellm-" + service.label())
        .daemon()
        .start(() -> result.completeAsync(opened, Runnable::run));
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
