package dev.mobilellm.runtime;

import dev.mobilellm.runtime.assembly.ModelAssembly;
import dev.mobilellm.runtime.device.FailoverProgram;
import dev.mobilellm.runtime.generation.ForwardPass;
import dev.mobilellm.runtime.plugins.PluginRegistry;
import dev.mobilellm.runtime.scheduling.CacheCost;
import dev.mobilellm.spi.model.ModelFiles;
import java.util.List;
import java.util.Set;

/**
 * What loading a model results in.
 *
 * @param files it was loaded from
 * @param registry the plugins it was assembled from
 * @param assembly what was recorded, and by which plugins
 * @param program the same on a device
 * @param forwardPass by which conversations share the program
 * @param cacheCost what sequences take on the device that it was loaded on
 * @param text the tokenizer and the chat template
 * @param eosTokens the tokens that end an answer
 * @param warnings one sentence each
 * @param contextLength the longest conversation in tokens
 * @param maxBatchTokens the most tokens of one forward pass
 * @param resources all that must be closed
 */
record LoadedParts(
    ModelFiles files,
    PluginRegistry registry,
    ModelAssembly assembly,
    FailoverProgram program,
    ForwardPass forwardPass,
    CacheCost cacheCost,
    TextPlugins text,
    Set<Integer> eosTokens,
    List<String> warnings,
    int contextLength,
    int maxBatchTokens,
    OpenResources resources) {}
