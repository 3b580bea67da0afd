package dev.mobilellm.launcher.serve;

import dev.mobilellm.launcher.Console;
import dev.mobilellm.launcher.ExitCode;
import dev.mobilellm.launcher.ModelOptions;
import dev.mobilellm.launcher.RunOptions;
import dev.mobilellm.runtime.LanguageModel;
import dev.mobilellm.runtime.scheduling.SchedulerOptions;
import dev.mobilellm.server.Server;
import dev.mobilellm.server.ServerOptions;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Serves a model over HTTP. */
@Command(
    name = "serve",
    description = "Serves a model over HTTP, with the protocol of OpenAI.",
    footer = {
      "",
      "Examples:",
      "  mobilellm serve --model-path DIR",
      "  mobilellm serve --model-path DIR --host 0.0.0.0 --api-key-file keys.txt"
    })
public final class ServeCommand implements Callable<Integer> {

  private static final int MOST_SECONDS = 24 * 60 * 60;

  private final Console console;
  private final String version;

  /** Kept, or its level would be forgotten. */
  private Logger webServer;

  @Mixin private ListenFlags listen = new ListenFlags();
  @Mixin private LimitFlags limits = new LimitFlags();
  @Mixin private SchedulingFlags scheduling = new SchedulingFlags();
  @Mixin private ModelOptions model = new RunOptions();

  @Option(
      names = "--drain-timeout",
      paramLabel = "SECONDS",
      defaultValue = "30",
      description =
          "How long running answers may go on after SIGTERM or Ctrl-C; a second one does not wait."
              + " Default: ${DEFAULT-VALUE}.")
  private int drainTimeout;

  /**
   * A command on these streams.
   *
   * @param version of the application, for clients
   */
  public ServeCommand(Console console, String version) {
    this.console = console;
    this.version = version;
  }

  @Override
  public Integer call() throws InterruptedException {
    Flags.require("--drain-timeout", drainTimeout, 0, MOST_SECONDS);
    ServerOptions options = listen.options(model.directory(), version, limits.limits(), console);
    SchedulerOptions schedule = scheduling.options();
    webServer = Logger.getLogger("io.helidon");
    webServer.setLevel(Level.WARNING);
    try (Shutdown shutdown = Shutdown.listen();
        LanguageModel loaded = model.load(console);
        Server server = Server.start(loaded, schedule, options)) {
      String address =
          "%s://%s:%d/"
              .formatted(
                  options.tls().isPresent() ? "https" : "http",
                  options.host().contains(":") ? "[" + options.host() + "]" : options.host(),
                  server.port());
      console.note(
          "Serving %s on %sv1, device %s."
              .formatted(options.modelName(), address, loaded.device().info().id()));
      if (options.page()) {
        console.note("Chat page: %s".formatted(address));
      }
      shutdown.await();
      console.note("Finishing the running answers; no new ones are taken.");
      if (!shutdown.drain(server, Duration.ofSeconds(drainTimeout))) {
        console.note(
            "Answers that were not complete within --drain-timeout, or at a second signal, were cut"
                + " off.");
      }
      return ExitCode.OK;
    }
  }
}
