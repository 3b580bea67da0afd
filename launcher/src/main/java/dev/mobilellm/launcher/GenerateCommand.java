package dev.mobilellm.launcher;

import dev.mobilellm.runtime.LanguageModel;
import dev.mobilellm.spi.text.Message;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Answers one prompt. */
@Command(
    name = "generate",
    description = "Answers one prompt; what mobilellm does without a sub-command.",
    mixinStandardHelpOptions = true)
final class GenerateCommand implements Callable<Integer> {

  private final Console console;

  @Option(names = "--prompt", paramLabel = "TEXT", description = "The question.")
  private String prompt;

  @Mixin private ModelOptions model = new ModelOptions();
  @Mixin private SamplingFlags sampling = new SamplingFlags();

  GenerateCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    try (LanguageModel loaded = model.load(console)) {
      loaded.generate(
          loaded.prompt(List.of(Message.user(prompt))),
          sampling.generationOptions(),
          piece -> {
            console.out().print(piece);
            console.out().flush();
          });
      console.out().println();
    }
    return ExitCode.OK;
  }
}
