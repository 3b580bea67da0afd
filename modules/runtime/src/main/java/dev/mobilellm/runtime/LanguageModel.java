package dev.mobilellm.runtime;

import dev.mobilellm.checkpoint.CheckpointFiles;
import dev.mobilellm.runtime.assembly.ModelAssembly;
import dev.mobilellm.runtime.device.DeviceChoice;
import dev.mobilellm.runtime.generation.AnswerSetting;
import dev.mobilellm.runtime.generation.Conversation;
import dev.mobilellm.runtime.generation.Generation;
import dev.mobilellm.runtime.generation.GenerationListener;
import dev.mobilellm.runtime.generation.GenerationOptions;
import dev.mobilellm.runtime.generation.Prompt;
import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.runtime.scheduling.Scheduler;
import dev.mobilellm.runtime.scheduling.SchedulerOptions;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.device.CompiledProgram;
import dev.mobilellm.spi.device.ComputeDevice;
import dev.mobilellm.spi.graph.Program;
import dev.mobilellm.spi.model.ModelConfig;
import dev.mobilellm.spi.model.ModelFiles;
import dev.mobilellm.spi.text.ChatTemplate;
import dev.mobilellm.spi.text.Message;
import dev.mobilellm.spi.text.Tokenizer;
import dev.mobilellm.spi.weights.WeightSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A model that is loaded and answers.
 *
 * <pre>{@code
 * try (LanguageModel model = LanguageModel.load(Path.of("MobileLLM-R1-950M"))) {
 *   Prompt prompt = model.prompt(List.of(Message.user("What is 17 * 23?")));
 *   Generation answer = model.generate(prompt, GenerationOptions.DEFAULT, System.out::print);
 * }
 * }</pre>
 *
 * <p>Safe for several threads: each opens a {@link Conversation} of its own, and their forward
 * passes take turns. If its device fails, the conversations go on with another one. Closing it
 * while a conversation generates is not allowed.
 */
public final class LanguageModel implements AutoCloseable {

  private final LoadedParts parts;

  LanguageModel(LoadedParts parts) {
    this.parts = parts;
  }

  /**
   * Loads a checkpoint with the built-in plugins on the best device.
   *
   * @param directory in the layout of Hugging Face
   * @throws ModelException if the model cannot run, saying why
   */
  public static LanguageModel load(Path directory) {
    return load(directory, LoadOptions.DEFAULT, PluginRegistry.builtIn(), LoadListener.NONE);
  }

  /**
   * Loads a checkpoint.
   *
   * @param directory in the layout of Hugging Face
   * @param registry the plugins to assemble the model from
   * @param listener told about progress and warnings
   * @throws ModelException if the model cannot run, saying why
   * @throws UsageException if an option names something that is not there
   * @throws dev.mobilellm.spi.device.DeviceException if the device that an option names fails
   */
  public static LanguageModel load(
      Path directory, LoadOptions options, PluginRegistry registry, LoadListener listener) {
    ModelFiles files = CheckpointFiles.open(directory);
    return new LanguageModel(
        new ModelLoading(files, options, registry, listener)
            .load(selector -> ModelLoading.weights(files, selector)));
  }

  /**
   * As {@link #load(Path, LoadOptions, PluginRegistry, LoadListener)}, with weights that are open
   * already and need not be on a disk.
   *
   * @param files the configuration, and what there is for text
   * @param weights closed with the model, or if loading fails
   */
  public static LanguageModel load(
      ModelFiles files,
      WeightSource weights,
      LoadOptions options,
      PluginRegistry registry,
      LoadListener listener) {
    return new LanguageModel(
        new ModelLoading(files, options, registry, listener).load(selector -> weights));
  }

  /** The files it was loaded from. */
  public ModelFiles files() {
    return parts.files();
  }

  public ModelConfig config() {
    return files().config();
  }

  /** The device it runs on at present; another one if that fails. */
  public DeviceChoice device() {
    return parts.program().placement().choice();
  }

  /** That device itself, for measuring; it is closed with the model, or when it fails. */
  public ComputeDevice computeDevice() {
    return parts.program().placement().device();
  }

  /** What was recorded, and which plugins recorded it. */
  public ModelAssembly assembly() {
    return parts.assembly();
  }

  /** The program as the plugins recorded it. */
  public Program program() {
    return assembly().program();
  }

  /**
   * The program on its device, for callers that make their own batches. If the device fails, it
   * goes on with another one.
   */
  public CompiledProgram compiled() {
    return parts.program();
  }

  /** The longest conversation, in tokens. */
  public int contextLength() {
    return parts.contextLength();
  }

  /** The most tokens that one batch may hold. */
  public int maxBatchTokens() {
    return parts.maxBatchTokens();
  }

  /** The tokens that end an answer. */
  public Set<Integer> eosTokens() {
    return parts.eosTokens();
  }

  /** The token in front of every text, or empty if the checkpoint names none. */
  public OptionalInt bosToken() {
    List<Integer> bos = config().settings().integers("bos_token_id");
    return bos.isEmpty() ? OptionalInt.empty() : OptionalInt.of(bos.getFirst());
  }

  /** Oddities of the checkpoint that are no errors, one sentence each. */
  public List<String> warnings() {
    return parts.warnings();
  }

  /**
   * The tokenizer.
   *
   * @throws ModelException if the checkpoint has none
   */
  public Tokenizer tokenizer() {
    return parts
        .text()
        .tokenizer()
        .orElseThrow(
            () ->
                new ModelException(
                    "%s holds no tokenizer.json; text needs a tokenizer, only token ids work without."
                        .formatted(files().directory())));
  }

  public boolean hasTokenizer() {
    return parts.text().tokenizer().isPresent();
  }

  /** The chat template, or empty if the checkpoint has none. */
  public Optional<ChatTemplate> chatTemplate() {
    return parts.text().template();
  }

  /**
   * A conversation through the chat template, ready for the assistant's turn.
   *
   * @param messages the conversation so far
   */
  public Prompt prompt(List<Message> messages) {
    return prompt(messages, Map.of());
  }

  /**
   * As {@link #prompt(List)}.
   *
   * @param variables for the template, as a JSON tree: {@code tools}
   */
  public Prompt prompt(List<Message> messages, Map<String, Object> variables) {
    return encoder().chat(messages, variables);
  }

  /** Plain text behind one BOS, without template. */
  public Prompt rawPrompt(String text) {
    if (text.isEmpty()) {
      throw new UsageException("The prompt is empty; give some text.");
    }
    return encoder().raw(text);
  }

  /**
   * Opens a conversation.
   *
   * @throws ModelException if its key/value cache does not fit into memory, saying how much it
   *     needs
   */
  public Conversation open() {
    return open(contextLength());
  }

  /**
   * Opens a conversation of at most so many tokens.
   *
   * @param capacity 1 to {@link #contextLength()}
   */
  public Conversation open(int capacity) {
    return new Conversation(parts.forwardPass(), answerSetting(), capacity, maxBatchTokens());
  }

  /**
   * Starts a scheduler, which answers many requests at once and shares each pass over the weights
   * among them. It must be closed before the model.
   */
  public Scheduler schedule(SchedulerOptions options) {
    return new Scheduler(
        parts.forwardPass(),
        answerSetting(),
        contextLength(),
        maxBatchTokens(),
        this::cacheBytes,
        options);
  }

  /**
   * Bytes that the key/value cache of a conversation takes on the device, at most.
   *
   * @param positions that it has held, at least 1
   */
  public long cacheBytes(int positions) {
    return parts.cacheCost().bytes(positions);
  }

  /** Answers one prompt in a conversation of its own. */
  public Generation generate(Prompt prompt, GenerationOptions options, Consumer<String> text) {
    try (Conversation conversation = open()) {
      return conversation.generate(
          prompt,
          options,
          new GenerationListener() {
            @Override
            public void text(String piece) {
              text.accept(piece);
            }
          });
    }
  }

  @Override
  public void close() {
    parts.resources().close();
  }

  private AnswerSetting answerSetting() {
    return new AnswerSetting(
        parts.registry(), parts.text().tokenizer(), eosTokens(), program().vocabularySize());
  }

  private PromptEncoder encoder() {
    return new PromptEncoder(tokenizer(), chatTemplate(), bosToken());
  }
}
