package dev.mobilellm.launcher.serve;

import dev.mobilellm.launcher.Console;
import dev.mobilellm.launcher.InputFile;
import dev.mobilellm.server.ServerOptions;
import dev.mobilellm.spi.UsageException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Where a server listens, and to whom. A mixin. */
final class ListenFlags {

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description =
          "Address to listen on; one that other machines reach needs a key. Default:"
              + " ${DEFAULT-VALUE}.")
  private String host;

  @Option(
      names = "--port",
      paramLabel = "N",
      defaultValue = "8080",
      description = "Port to listen on; 0: any free one. Default: ${DEFAULT-VALUE}.")
  private int port;

  @Option(
      names = "--model-name",
      paramLabel = "NAME",
      description = "As clients name the model. Default: the name of its directory.")
  private Optional<String> modelName = Optional.empty();

  @Option(
      names = "--api-key",
      paramLabel = "KEY",
      description =
          "Clients must send this key; repeatable. Other users of the machine may see it:"
              + " --api-key-file keeps it from them.")
  private List<String> keys = new ArrayList<>();

  @Option(
      names = "--api-key-file",
      paramLabel = "FILE",
      description = "Keys from a file, one a line.")
  private Optional<Path> keyFile = Optional.empty();

  @Option(
      names = "--insecure",
      description = "Listen on an address that other machines reach, without a key.")
  private boolean insecure;

  @Option(
      names = "--cors-origin",
      paramLabel = "ORIGIN",
      description =
          "Web pages of this origin may use the server from browsers; repeatable; *: all.")
  private List<String> origins = new ArrayList<>();

  @Option(names = "--no-page", description = "Only the protocol, without the chat page.")
  private boolean noPage;

  @Option(
      names = "--tls-cert",
      paramLabel = "FILE",
      description = "Certificate chain for HTTPS, PEM; with --tls-key.")
  private Optional<Path> certificates = Optional.empty();

  @Option(names = "--tls-key", paramLabel = "FILE", description = "Its private key, PEM.")
  private Optional<Path> key = Optional.empty();

  /**
   * The options for the server.
   *
   * @throws UsageException if flags contradict each other, or the address is open to all
   */
  ServerOptions options(Path model, String version, ServerOptions.Limits limits, Console console) {
    Flags.require("--port", port, 0, 65_535);
    List<String> all = new ArrayList<>(keys);
    keyFile.ifPresent(
        file ->
            InputFile.text("key file", file, console)
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .forEach(all::add));
    if (all.stream().anyMatch(String::isBlank)) {
      throw new UsageException("An API key is empty; give one that nobody guesses.");
    }
    if (keyFile.isPresent() && all.isEmpty()) {
      throw new UsageException("The key file %s holds no key.".formatted(keyFile.get()));
    }
    if (certificates.isPresent() != key.isPresent()) {
      throw new UsageException("--tls-cert and --tls-key belong together; give both.");
    }
    if (!insecure && all.isEmpty() && !isLoopback()) {
      throw new UsageException(
          "Other machines reach %s, so a key is needed: give --api-key-file, or --insecure to go without."
              .formatted(host));
    }
    return new ServerOptions(
        host,
        port,
        modelName.orElseGet(() -> model.toAbsolutePath().normalize().getFileName().toString()),
        version,
        all,
        origins,
        !noPage,
        certificates.map(file -> new ServerOptions.Tls(file, key.orElseThrow())),
        limits);
  }

  private boolean isLoopback() {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw new UsageException("There is no address \"%s\" to listen on.".formatted(host));
    }
  }
}
