package dev.mobilellm.launcher.serve;

import dev.mobilellm.launcher.Console;
import dev.mobilellm.launcher.InputFile;
import dev.mobilellm.server.ServerOptions;
import dev.mobilellm.spi.UsageException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** Where a server listens, and to whom. A mixin. */
final class ListenFlags {

  private static final Pattern HEADER_VALUE = Pattern.compile("[!-~]+");

  /** As browsers send it; any other would never be met. */
  private static final Pattern ORIGIN = Pattern.compile("[*]|null|[a-z-]+://[^/\\sA-Z]+");

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
    if (host.isBlank()) {
      throw new UsageException("--host is empty; give an address, such as 127.0.0.1.");
    }
    for (String origin : origins) {
      if (!ORIGIN.matcher(origin).matches()) {
        throw new UsageException(
            "\"%s\" is no origin; --cors-origin takes them as browsers send them, such as https://chat.example, or *."
                .formatted(origin));
      }
    }
    List<String> all = keys(console);
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

  private List<String> keys(Console console) {
    List<String> all = new ArrayList<>();
    keys.stream().map(String::strip).forEach(all::add);
    if (all.contains("")) {
      throw new UsageException("An API key is empty; give one that nobody guesses.");
    }
    if (keyFile.isPresent()) {
      List<String> lines =
          InputFile.text("key file", keyFile.get(), console)
              .lines()
              .map(String::strip)
              .filter(line -> !line.isEmpty())
              .toList();
      if (lines.isEmpty()) {
        throw new UsageException("The key file %s holds no key.".formatted(keyFile.get()));
      }
      all.addAll(lines);
      if (othersRead(keyFile.get())) {
        console.note(
            "Other users of this machine can read the keys in %s.".formatted(keyFile.get()));
      }
    }
    if (!all.stream().allMatch(HEADER_VALUE.asMatchPredicate())) {
      throw new UsageException(
          "An API key has a character that no header can hold; use letters, digits and signs of"
              + " ASCII.");
    }
    return all;
  }

  /** Where the file system knows users; keys from a pipe are nobody's to read. */
  private static boolean othersRead(Path file) {
    try {
      return Files.isRegularFile(file)
          && Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ);
    } catch (IOException | UnsupportedOperationException _) {
      return false;
    }
  }

  private boolean isLoopback() {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw new UsageException("There is no address \"%s\" to listen on.".formatted(host));
    }
  }
}
