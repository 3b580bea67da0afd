package dev.mobilellm.launcher.serve;

import dev.mobilellm.server.ServerOptions;
import java.time.Duration;
import picocli.CommandLine.Help;
import picocli.CommandLine.Option;

/** What a server puts up with. A mixin. */
final class LimitFlags {

  private static final int KIB = 1024;

  @Option(
      names = "--max-body-kib",
      paramLabel = "N",
      defaultValue = "1024",
      description = "The largest body of a request. Default: ${DEFAULT-VALUE}.")
  private int bodyKib;

  @Option(
      names = "--max-header-kib",
      paramLabel = "N",
      defaultValue = "16",
      description = "The largest headers of a request, together. Default: ${DEFAULT-VALUE}.")
  private int headerKib;

  @Option(
      names = "--max-messages",
      paramLabel = "N",
      defaultValue = "256",
      description = "The most messages of a chat. Default: ${DEFAULT-VALUE}.")
  private int messages;

  @Option(
      names = "--max-prompt-tokens",
      paramLabel = "N",
      defaultValue = "2147483647",
      description = "The longest prompt. Default: the context.",
      showDefaultValue = Help.Visibility.NEVER)
  private int promptTokens;

  @Option(
      names = "--max-tokens",
      paramLabel = "N",
      defaultValue = "2147483647",
      description = "The most tokens that a request may ask for. Default: any, within the context.",
      showDefaultValue = Help.Visibility.NEVER)
  private int maxTokens;

  @Option(
      names = "--default-max-tokens",
      paramLabel = "N",
      defaultValue = "2048",
      description = "The same for requests that do not say. Default: ${DEFAULT-VALUE}.")
  private int defaultMaxTokens;

  @Option(
      names = "--max-choices",
      paramLabel = "N",
      defaultValue = "8",
      description =
          "The most answers of a request, over all its prompts. Default: ${DEFAULT-VALUE}.")
  private int choices;

  @Option(
      names = "--read-timeout",
      paramLabel = "SECONDS",
      defaultValue = "30",
      description = "In what time a request must arrive. Default: ${DEFAULT-VALUE}.")
  private int readTimeout;

  @Option(
      names = "--write-timeout",
      paramLabel = "SECONDS",
      defaultValue = "30",
      description =
          "In what time a client must take what it is sent, or its connection is closed. Default:"
              + " ${DEFAULT-VALUE}.")
  private int writeTimeout;

  /** The limits for the server. */
  ServerOptions.Limits limits() {
    return new ServerOptions.Limits(
        Flags.require("--max-body-kib", bodyKib, 1, (1 << 20) - 1) * KIB,
        Flags.require("--max-header-kib", headerKib, 1, 1024) * KIB,
        Flags.require("--max-messages", messages, 1, Integer.MAX_VALUE),
        Flags.require("--max-prompt-tokens", promptTokens, 1, Integer.MAX_VALUE),
        Flags.require("--max-tokens", maxTokens, 1, Integer.MAX_VALUE),
        Flags.require("--default-max-tokens", defaultMaxTokens, 1, Integer.MAX_VALUE),
        Flags.require("--max-choices", choices, 1, 1024),
        Duration.ofSeconds(Flags.require("--read-timeout", readTimeout, 1, 3600)),
        Duration.ofSeconds(Flags.require("--write-timeout", writeTimeout, 1, 3600)));
  }
}
