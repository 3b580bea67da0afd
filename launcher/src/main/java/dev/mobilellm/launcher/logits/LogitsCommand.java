package dev.mobilellm.launcher.logits;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.mobilellm.launcher.Console;
import dev.mobilellm.launcher.ExitCode;
import dev.mobilellm.launcher.JsonOutput;
import dev.mobilellm.launcher.ModelOptions;
import dev.mobilellm.launcher.RunOptions;
import dev.mobilellm.launcher.Tokens;
import dev.mobilellm.runtime.LanguageModel;
import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.device.Batch;
import dev.mobilellm.spi.device.Batch.Wanted;
import dev.mobilellm.spi.device.BatchResult;
import dev.mobilellm.spi.device.Sequence;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Prints logits, for people who compare runtimes. */
@Command(
    name = "logits",
    description = "Prints the logits behind each token of a prompt as JSON.",
    footer = {"", "Example:", "  mobilellm logits --model-path DIR --tokens 1,5,9 --last"})
public final class LogitsCommand implements Callable<Integer> {

  /** Rows that are asked for at once: 32 of a vocabulary of 128,256 are 16 MB. */
  private static final int ROWS = 32;

  private final Console console;

  @Option(
      names = "--tokens",
      paramLabel = "IDS",
      required = true,
      converter = Tokens.Converter.class,
      description = "The prompt as token ids: 1,5,9.")
  private Tokens tokens;

  @Option(names = "--last", description = "Only the logits behind the last token.")
  private boolean last;

  @Mixin private ModelOptions model = new RunOptions();

  public LogitsCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    try (LanguageModel loaded = model.load(console)) {
      check(loaded);
      try (Sequence sequence = loaded.compiled().openSequence(tokens.ids().length)) {
        JsonOutput.write(console, json -> write(json, loaded, sequence));
      }
    }
    return console.out().checkError() ? ExitCode.BROKEN_PIPE : ExitCode.OK;
  }

  private void check(LanguageModel loaded) {
    if (tokens.ids().length > loaded.contextLength()) {
      throw new UsageException(
          "There are %d tokens, but the context holds %d; give fewer or ask for a larger --context."
              .formatted(tokens.ids().length, loaded.contextLength()));
    }
    int vocabularySize = loaded.program().vocabularySize();
    for (int id : tokens.ids()) {
      if (id < 0 || id >= vocabularySize) {
        throw new UsageException(
            "The token %d is not in the vocabulary of 0 to %d.".formatted(id, vocabularySize - 1));
      }
    }
  }

  private void write(JsonGenerator json, LanguageModel loaded, Sequence sequence)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("model", loaded.files().directory().toString());
    json.writeStringField("device", loaded.device().info().id());
    json.writeFieldName("tokens");
    json.writeArray(tokens.ids(), 0, tokens.ids().length);
    json.writeArrayFieldStart("logits");
    int chunk = last ? loaded.maxBatchTokens() : Math.min(ROWS, loaded.maxBatchTokens());
    for (int from = 0; from < tokens.ids().length && !console.out().checkError(); from += chunk) {
      int to = Math.min(from + chunk, tokens.ids().length);
      BatchResult result =
          loaded
              .compiled()
              .forward(Batch.of(sequence, Arrays.copyOfRange(tokens.ids(), from, to), wanted(to)));
      for (int row = 0; row < result.rows(); row++) {
        writeRow(json, result.logits(row));
      }
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private Wanted wanted(int to) {
    if (!last) {
      return Wanted.ALL;
    }
    return to == tokens.ids().length ? Wanted.LAST : Wanted.NONE;
  }

  private static void writeRow(JsonGenerator json, MemorySegment logits) throws IOException {
    json.writeStartArray();
    long count = logits.byteSize() / Float.BYTES;
    for (long i = 0; i < count; i++) {
      json.writeNumber(logits.getAtIndex(ValueLayout.JAVA_FLOAT, i));
    }
    json.writeEndArray();
  }
}
