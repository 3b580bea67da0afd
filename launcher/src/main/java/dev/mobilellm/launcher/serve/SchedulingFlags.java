package dev.mobilellm.launcher.serve;

import dev.mobilellm.runtime.scheduling.SchedulerOptions;
import picocli.CommandLine.Option;

/** How requests share the device. A mixin. */
final class SchedulingFlags {

  @Option(
      names = "--parallel",
      paramLabel = "N",
      defaultValue = "8",
      description = "Answers that are made at once. Default: ${DEFAULT-VALUE}.")
  private int parallel;

  @Option(
      names = "--queue",
      paramLabel = "N",
      defaultValue = "64",
      description = "Requests that may wait; more get status 429. Default: ${DEFAULT-VALUE}.")
  private int queue;

  @Option(
      names = "--prefill-chunk",
      paramLabel = "N",
      defaultValue = "128",
      description =
          "Tokens of prompts that are read before running answers get their next token. Default:"
              + " ${DEFAULT-VALUE}.")
  private int chunk;

  @Option(
      names = "--kv-memory",
      paramLabel = "MIB",
      defaultValue = "2048",
      description =
          "Memory for the keys and values of all conversations. Default: ${DEFAULT-VALUE}.")
  private int memory;

  @Option(
      names = "--no-prefix-cache",
      description = "Forget each conversation when its answer ends.")
  private boolean noPrefixCache;

  /** The options for the scheduler. */
  SchedulerOptions options() {
    return new SchedulerOptions(
        Flags.require("--parallel", parallel, 1, 1024),
        Flags.require("--queue", queue, 0, 1_000_000),
        Flags.require("--prefill-chunk", chunk, 1, Integer.MAX_VALUE),
        (long) Flags.require("--kv-memory", memory, 1, Integer.MAX_VALUE) << 20,
        !noPrefixCache);
  }
}
