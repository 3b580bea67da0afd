package dev.mobilellm.launcher.perplexity;

import dev.mobilellm.launcher.Console;
import dev.mobilellm.launcher.InputFile;
import dev.mobilellm.runtime.LanguageModel;
import dev.mobilellm.spi.UsageException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** What is predicted. */
final class TextFlags {

  private static final Pattern SEPARATOR = Pattern.compile("[,\\s]+");

  private static final String MISSING =
      "There is no text to predict; give --text FILE or --tokens-file FILE.";

  /** One of these. */
  private static final class Source {

    @Option(
        names = "--text",
        paramLabel = "FILE",
        description = "File with the text, UTF-8; -: standard input.")
    private Optional<Path> text = Optional.empty();

    @Option(
        names = "--tokens-file",
        paramLabel = "FILE",
        description =
            "File with token ids instead, separated by commas, spaces or lines; -: standard"
                + " input.")
    private Optional<Path> tokens = Optional.empty();
  }

  @ArgGroup private Source source = new Source();

  @Option(names = "--limit", paramLabel = "N", description = "Only the first N tokens of the text.")
  private Optional<Integer> limit = Optional.empty();

  /** A text that waits for its model's tokenizer. */
  @FunctionalInterface
  interface Text {
    int[] encode(LanguageModel model);
  }

  /**
   * Reads the text, so that mistakes are told before a model is loaded.
   *
   * @throws UsageException if it cannot be used
   */
  Text read(Console console) {
    if (limit.isPresent() && limit.get() < 1) {
      throw new UsageException("--limit must be at least 1, found %d.".formatted(limit.get()));
    }
    if (source.tokens.isPresent()) {
      int[] ids = limited(ids(source.tokens.get(), console));
      return model -> known(ids, model.program().vocabularySize());
    }
    Path file = source.text.orElseThrow(() -> new UsageException(MISSING));
    String text = InputFile.text("text file", file, console);
    if (text.isBlank()) {
      throw new UsageException("The text file %s is empty; give some text.".formatted(file));
    }
    return model -> limited(model.tokenizer().encode(text));
  }

  private int[] limited(int[] ids) {
    return limit.isPresent() && limit.get() < ids.length ? Arrays.copyOf(ids, limit.get()) : ids;
  }

  private static int[] ids(Path file, Console console) {
    String text = InputFile.text("tokens file", file, console).strip();
    if (text.isEmpty()) {
      throw new UsageException("The tokens file %s is empty; give token ids.".formatted(file));
    }
    return SEPARATOR.splitAsStream(text).mapToInt(word -> id(word, file)).toArray();
  }

  private static int id(String word, Path file) {
    try {
      return Integer.parseInt(word);
    } catch (NumberFormatException e) {
      String shown = word.length() > 20 ? word.substring(0, 20) + "..." : word;
      throw new UsageException(
          "The tokens file %s holds \"%s\", which is no token id; it should hold numbers such as 1 5 9."
              .formatted(file, shown));
    }
  }

  private static int[] known(int[] ids, int vocabularySize) {
    for (int id : ids) {
      if (id < 0 || id >= vocabularySize) {
        throw new UsageException(
            "The token %d is not in the vocabulary of 0 to %d.".formatted(id, vocabularySize - 1));
      }
    }
    return ids;
  }
}
