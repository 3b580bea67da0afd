package dev.mobilellm.runtime.generation;

import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.text.Tokenizer;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What all answers of a model have in common. Safe for several threads.
 *
 * @param registry the plugins that choose tokens
 * @param tokenizer makes text of them, if there is one
 * @param eosTokens the tokens that end an answer
 * @param vocabularySize one more than the largest id
 */
public record AnswerSetting(
    PluginRegistry registry,
    Optional<Tokenizer> tokenizer,
    Set<Integer> eosTokens,
    int vocabularySize) {

  public AnswerSetting {
    eosTokens = Set.copyOf(eosTokens);
  }

  /**
   * Begins an answer.
   *
   * @param listener told about tokens and text
   * @throws UsageException if the prompt or a logit bias holds an id that is not in the vocabulary,
   *     there is no sampler of the given name, or text is asked about a model without tokenizer
   */
  public Draft draft(Prompt prompt, GenerationOptions options, GenerationListener listener) {
    for (int id : prompt.ids()) {
      requireInVocabulary(id, "The token");
    }
    for (int id : new TreeSet<>(options.sampling().logitBias().keySet())) {
      requireInVocabulary(id, "The logit-bias token");
    }
    if (tokenizer.isEmpty() && (!options.stop().isEmpty() || options.stopAtBoxed())) {
      throw new UsageException(
          "Stopping at a text needs a tokenizer, but the checkpoint has no tokenizer.json.");
    }
    return new Draft(this, prompt, options, listener);
  }

  private void requireInVocabulary(int id, String what) {
    if (id < 0 || id >= vocabularySize) {
      throw new UsageException(
          "%s %d is not in the vocabulary of 0 to %d.".formatted(what, id, vocabularySize - 1));
    }
  }
}
