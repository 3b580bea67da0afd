package dev.mobilellm.runtime;

import dev.mobilellm.checkpoint.CheckpointFiles;
import dev.mobilellm.runtime.assembly.ModelAssembly;
import dev.mobilellm.runtime.assembly.TensorLedger;
import dev.mobilellm.runtime.generation.Conversation;
import dev.mobilellm.runtime.generation.EosTokens;
import dev.mobilellm.runtime.generation.ForwardPass;
import dev.mobilellm.runtime.generation.Generation;
import dev.mobilellm.runtime.generation.GenerationListener;
import dev.mobilellm.runtime.generation.GenerationOptions;
import dev.mobilellm.runtime.generation.Prompt;
import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.runtime.plugins.Selector;
import dev.mobilellm.runtime.plugins.Service;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.device.CompiledProgram;
import dev.mobilellm.spi.device.ComputeDevice;
import dev.mobilellm.spi.device.DeviceOptions;
import dev.mobilellm.spi.graph.Program;
import dev.mobilellm.spi.model.ModelConfig;
import dev.mobilellm.spi.model.ModelFiles;
import dev.mobilellm.spi.text.ChatTemplate;
import dev.mobilellm.spi.text.Message;
import dev.mobilellm.spi.text.Tokenizer;
import dev.mobilellm.spi.weights.WeightSource;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

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
 * passes take turns. Closing it while a conversation generates is not allowed.
 */
public final class LanguageModel implements AutoCloseable {

  private final ModelFiles files;
  private final PluginRegistry registry;
  private final ModelAssembly assembly;
  private final DeviceChoice device;
  private final ComputeDevice computeDevice;
  private final ForwardPass forwardPass;
  private final Optional<Tokenizer> tokenizer;
  private final Optional<ChatTemplate> template;
  private final Set<Integer> eosTokens;
  private final Set<String> warnings;
  private final int contextLength;
  private final int maxBatchTokens;
  private final Deque<AutoCloseable> resources;

  private LanguageModel(
      Loading loading,
      ModelFiles files,
      Function<Selector, WeightSource> opening,
      LoadOptions options) {
    this.files = files;
    registry = loading.registry;
    warnings = loading.warnings;
    resources = loading.resources;
    ModelConfig config = files.config();
    ModelAssembly.requireSupported(config);
    Selector selector = new Selector(registry);
    TextPlugins.Opening text = loading.own(TextPlugins.start(files, selector));
    WeightSource weights = loading.own(options.weightType().of(opening.apply(selector)));
    TensorLedger ledger = new TensorLedger(weights, true);
    assembly =
        ModelAssembly.assemble(
            config,
            ledger,
            selector,
            new ModelAssembly.Forced(options.attention(), options.mlp()),
            new ModelAssembly.Remarks(
                loading::warn,
                problem -> {
                  throw problem;
                }));
    ModelAssembly.requireNoneLeft(ledger);
    contextLength = options.context() > 0 ? options.context() : config.maxPositionEmbeddings();
    if (contextLength > config.maxPositionEmbeddings()) {
      loading.warn(
          "A context of %d is longer than the %d positions that the model was trained for."
              .formatted(contextLength, config.maxPositionEmbeddings()));
    }
    eosTokens = EosTokens.of(files, loading::warn);

    device = DeviceChoice.choose(registry, options.device());
    maxBatchTokens = Math.min(options.maxBatchTokens(), contextLength);
    computeDevice =
        loading.own(
            device.open(
                new DeviceOptions(
                    options.threads(),
                    maxBatchTokens,
                    options.deviceProperties(),
                    registry.layers())));
    CompiledProgram compiled =
        loading.own(computeDevice.compile(assembly.program(), loading.listener));
    forwardPass = new ForwardPass(compiled, assembly.program().vocabularySize());

    TextPlugins opened = text.await();
    tokenizer = opened.tokenizer();
    template = opened.template();
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
   */
  public static LanguageModel load(
      Path directory, LoadOptions options, PluginRegistry registry, LoadListener listener) {
    ModelFiles files = CheckpointFiles.open(directory);
    return load(files, selector -> open(files, selector), options, registry, listener);
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
    return load(files, selector -> weights, options, registry, listener);
  }

  private static LanguageModel load(
      ModelFiles files,
      Function<Selector, WeightSource> opening,
      LoadOptions options,
      PluginRegistry registry,
      LoadListener listener) {
    Loading loading = new Loading(registry, listener);
    try {
      return new LanguageModel(loading, files, opening, options);
    } catch (RuntimeException | Error e) {
      loading.closeAll();
      throw e;
    }
  }

  private static WeightSource open(ModelFiles files, Selector selector) {
    return selector
        .require(
            Service.WEIGHTS,
            Optional.empty(),
            provider -> provider.matches(files),
            files.directory().toString())
        .chosen()
        .orElseThrow()
        .plugin()
        .open(files);
  }

  /** The files it was loaded from. */
  public ModelFiles files() {
    return files;
  }

  public ModelConfig config() {
    return files.config();
  }

  /** The device it runs on. */
  public DeviceChoice device() {
    return device;
  }

  /** The open device itself, for measuring; it is closed with the model. */
  public ComputeDevice computeDevice() {
    return computeDevice;
  }

  /** What was recorded, and which plugins recorded it. */
  public ModelAssembly assembly() {
    return assembly;
  }

  /** The program as the plugins recorded it. */
  public Program program() {
    return assembly.program();
  }

  /** The program on the device, for callers that make their own batches. */
  public CompiledProgram compiled() {
    return forwardPass.program();
  }

  /** The longest conversation, in tokens. */
  public int contextLength() {
    return contextLength;
  }

  /** The most tokens that one batch may hold. */
  public int maxBatchTokens() {
    return maxBatchTokens;
  }

  /** The tokens that end an answer. */
  public Set<Integer> eosTokens() {
    return eosTokens;
  }

  /** The token in front of every text, or empty if the checkpoint names none. */
  public OptionalInt bosToken() {
    List<Integer> bos = config().settings().integers("bos_token_id");
    return bos.isEmpty() ? OptionalInt.empty() : OptionalInt.of(bos.getFirst());
  }

  /** Oddities of the checkpoint that are no errors, one sentence each. */
  public List<String> warnings() {
    return List.copyOf(warnings);
  }

  /**
   * The tokenizer.
   *
   * @throws ModelException if the checkpoint has none
   */
  public Tokenizer tokenizer() {
    return tokenizer.orElseThrow(
        () ->
            new ModelException(
                "%s holds no tokenizer.json; text needs a tokenizer, only token ids work without."
                    .formatted(files.directory())));
  }

  public boolean hasTokenizer() {
    return tokenizer.isPresent();
  }

  /** The chat template, or empty if the checkpoint has none. */
  public Optional<ChatTemplate> chatTemplate() {
    return template;
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
    return open(contextLength);
  }

  /**
   * Opens a conversation of at most so many tokens.
   *
   * @param capacity 1 to {@link #contextLength()}
   */
  public Conversation open(int capacity) {
    return new Conversation(forwardPass, registry, tokenizer, eosTokens, capacity, maxBatchTokens);
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
    Loading.close(resources);
  }

  private PromptEncoder encoder() {
    return new PromptEncoder(tokenizer(), template, bosToken());
  }

  /** What is open while a model is being loaded: closed again if that fails. */
  private static final class Loading {

    final PluginRegistry registry;
    final LoadListener listener;
    final Set<String> warnings = new LinkedHashSet<>();
    final Deque<AutoCloseable> resources = new ArrayDeque<>();

    Loading(PluginRegistry registry, LoadListener listener) {
      this.registry = registry;
      this.listener = listener;
    }

    <T extends AutoCloseable> T own(T resource) {
      resources.push(resource);
      return resource;
    }

    void warn(String message) {
      if (warnings.add(message)) {
        listener.warning(message);
      }
    }

    void closeAll() {
      close(resources);
    }

    static void close(Deque<AutoCloseable> resources) {
      while (!resources.isEmpty()) {
        try {
          resources.pop().close();
        } catch (Exception e) {
          throw new IllegalStateException("a part of the model could not be closed", e);
        }
      }
    }
  }
}
