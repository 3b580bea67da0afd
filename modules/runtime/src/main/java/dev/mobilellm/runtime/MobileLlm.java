package dev.mobilellm.runtime;

import dev.mobilellm.runtime.generation.Generation;
import dev.mobilellm.runtime.generation.GenerationOptions;
import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.text.Message;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;

/**
 * The library's front door: a model that answers lists of messages.
 *
 * <pre>{@code
 * try (MobileLlm llm = MobileLlm.load(Path.of("MobileLLM-R1-950M"))) {
 *   llm.generate(
 *       List.of(Message.user("What is 17 * 23?")), GenerationOptions.DEFAULT, System.out::print);
 * }
 * }</pre>
 *
 * <p>Safe for several threads, closing included. Answers that are asked for at the same time take
 * turns, one forward pass each. {@link #model()} leads to everything else: conversations that keep
 * their cache, raw prompts, token ids, logits.
 */
public final class MobileLlm implements AutoCloseable {

  private final LanguageModel model;
  private final ReentrantReadWriteLock open = new ReentrantReadWriteLock();
  private boolean closed;

  private MobileLlm(LanguageModel model) {
    this.model = model;
  }

  /**
   * Loads a checkpoint on the best device, with the plugins on the module path.
   *
   * @param directory in the layout of Hugging Face
   * @throws ModelException if the model cannot run, saying why
   */
  public static MobileLlm load(Path directory) {
    return load(directory, LoadOptions.DEFAULT);
  }

  /**
   * As {@link #load(Path)}.
   *
   * @param options device, threads, context and more
   * @throws UsageException if an option names something that is not there
   */
  public static MobileLlm load(Path directory, LoadOptions options) {
    return new MobileLlm(
        LanguageModel.load(directory, options, PluginRegistry.builtIn(), LoadListener.NONE));
  }

  /**
   * Answers a conversation.
   *
   * @param messages the conversation so far, ending with what is to be answered
   * @param text given each piece of the answer when it is known, by the calling thread: whole
   *     characters, without control tokens and stop strings
   * @return the whole answer, and how it came about
   * @throws ModelException if the checkpoint has no tokenizer
   * @throws UsageException if the conversation is longer than the context, or cannot be rendered
   * @throws IllegalStateException if it is closed
   */
  public Generation generate(
      List<Message> messages, GenerationOptions options, Consumer<String> text) {
    Objects.requireNonNull(text, "text");
    open.readLock().lock();
    try {
      requireOpen();
      return model.generate(model.prompt(messages), options, text);
    } finally {
      open.readLock().unlock();
    }
  }

  /** Answers one question, all at once. */
  public String generate(String question) {
    return generate(List.of(Message.user(question)), GenerationOptions.DEFAULT, piece -> {}).text();
  }

  /**
   * What answers. It is closed with this object, which does not wait for what is done through it.
   *
   * @throws IllegalStateException if it is closed
   */
  public LanguageModel model() {
    open.readLock().lock();
    try {
      requireOpen();
      return model;
    } finally {
      open.readLock().unlock();
    }
  }

  /**
   * Waits for the answers of other threads, then frees the model's memory. A second call does
   * nothing.
   *
   * @throws IllegalStateException if it is called while this thread is given an answer
   */
  @Override
  public void close() {
    if (open.getReadHoldCount() > 0) {
      throw new IllegalStateException("an answer is being given on this thread; close it later");
    }
    open.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        model.close();
      }
    } finally {
      open.writeLock().unlock();
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the model is closed");
    }
  }
}
