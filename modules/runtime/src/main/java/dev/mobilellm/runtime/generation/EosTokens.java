package dev.mobilellm.runtime.generation;

import dev.mobilellm.spi.model.ModelFiles;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** The tokens that end an answer: {@code generation_config.json} overrides {@code config.json}. */
public final class EosTokens {

  private static final String KEY = "eos_token_id";

  private EosTokens() {}

  /** The ids; a warning if there are none. */
  public static Set<Integer> of(ModelFiles files, Consumer<String> warnings) {
    List<Integer> tokens =
        files
            .json("generation_config.json")
            .map(generation -> generation.integers(KEY))
            .filter(list -> !list.isEmpty())
            .orElseGet(() -> files.config().settings().integers(KEY));
    if (tokens.isEmpty()) {
      warnings.accept(
          "Neither generation_config.json nor config.json names an \"eos_token_id\"; answers end at"
              + " --max-tokens only.");
    }
    return Set.copyOf(new LinkedHashSet<>(tokens));
  }
}
