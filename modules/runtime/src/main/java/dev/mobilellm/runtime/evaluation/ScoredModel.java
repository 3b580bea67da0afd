package dev.mobilellm.runtime.evaluation;

import dev.mobilellm.runtime.LanguageModel;
import dev.mobilellm.spi.device.CompiledProgram;

/**
 * A model as evaluations need it.
 *
 * @param program on its device; no other forward pass may run meanwhile
 * @param vocabularySize logits of a row
 * @param maxBatchTokens the most tokens of one forward pass
 */
public record ScoredModel(CompiledProgram program, int vocabularySize, int maxBatchTokens) {

  public static ScoredModel of(LanguageModel model) {
    return new ScoredModel(
        model.compiled(), model.program().vocabularySize(), model.maxBatchTokens());
  }
}
