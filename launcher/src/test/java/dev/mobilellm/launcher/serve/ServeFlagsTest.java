package dev.mobilellm.launcher.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.launcher.Console;
import dev.mobilellm.launcher.Run;
import dev.mobilellm.runtime.scheduling.SchedulerOptions;
import dev.mobilellm.server.ServerOptions;
import dev.mobilellm.spi.UsageException;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What becomes of the flags of {@code serve}. */
class ServeFlagsTest {

  @TempDir private Path folder;
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();

  @ParameterizedTest
  @CsvSource({
    "--max-body-kib,       3,  bodyBytes,        3072",
    "--max-header-kib,     3,  headerBytes,      3072",
    "--max-messages,       3,  messages,         3",
    "--max-prompt-tokens,  3,  promptTokens,     3",
    "--max-tokens,         3,  maxTokens,        3",
    "--default-max-tokens, 3,  defaultMaxTokens, 3",
    "--max-choices,        3,  choices,          3",
    "--read-timeout,       5,  readTime,         PT5S",
    "--write-timeout,      5,  writeTime,        PT5S",
  })
  void eachLimitHasItsFlag(String flag, String value, String field, String expected)
      throws Exception {
    assertEquals(
        List.of(field), changed(ServerOptions.Limits.DEFAULT, limits(flag, value), expected));
  }

  @ParameterizedTest
  @CsvSource({
    "--parallel=3,      maxRunning,  3",
    "--queue=3,         maxQueued,   3",
    "--prefill-chunk=3, chunkTokens, 3",
    "--kv-memory=3,     cacheBytes,  3145728",
    "--no-prefix-cache, prefixCache, false",
  })
  void eachOptionOfTheSchedulerHasItsFlag(String flag, String field, String expected)
      throws Exception {
    assertEquals(List.of(field), changed(SchedulerOptions.DEFAULT, scheduling(flag), expected));
  }

  @Test
  void withoutFlagsTheDefaultsAreThoseOfTheServer() {
    assertEquals(ServerOptions.Limits.DEFAULT, limits());
    assertEquals(SchedulerOptions.DEFAULT, scheduling());
    assertEquals(
        new ServerOptions(
            "127.0.0.1",
            8080,
            "model",
            "1",
            List.of(),
            List.of(),
            true,
            Optional.empty(),
            ServerOptions.Limits.DEFAULT),
        listen());
  }

  @Test
  void flagsThatSayWhereToListen() {
    ServerOptions options =
        listen(
            "--host=::1",
            "--port=0",
            "--model-name=m",
            "--cors-origin=https://a.example",
            "--cors-origin=https://b.example",
            "--no-page",
            "--tls-cert=c.pem",
            "--tls-key=k.pem",
            "--api-key=one",
            "--api-key= two ");
    assertEquals(
        new ServerOptions(
            "::1",
            0,
            "m",
            "1",
            List.of("one", "two"),
            List.of("https://a.example", "https://b.example"),
            false,
            Optional.of(new ServerOptions.Tls(Path.of("c.pem"), Path.of("k.pem"))),
            ServerOptions.Limits.DEFAULT),
        options);
  }

  @ParameterizedTest
  @CsvSource({
    "one,                one",
    "'one\n',            one",
    "'one\r\n\r\ntwo',   one two",
    "'\n\n one \n\ttwo', one two",
  })
  void aKeyFileHasOneKeyALine(String text, String keys) throws Exception {
    assertEquals(List.of(keys.split(" ")), listen("--api-key-file", file(text)).apiKeys());
  }

  @Test
  void keysOfBothFlagsCount() throws Exception {
    assertEquals(
        List.of("one", "two"),
        listen("--api-key-file", file("two\n"), "--api-key", "one").apiKeys());
  }

  @ParameterizedTest
  @CsvSource({
    "'',          holds no key",
    "'\n \n',     holds no key",
    "one two,     no header can hold",
    "schl\u00fcssel, no header can hold",
  })
  void aKeyFileThatIsOfNoUseIsOneSentence(String text, String words) throws Exception {
    String file = file(text);
    UsageException e =
        assertThrows(
            UsageException.class, () -> listen("--api-key-file", file, "--api-key", "other"));
    assertTrue(e.getMessage().contains(words), e::toString);
    assertFalse(e.getMessage().contains("schl"), "a key is told to whoever reads the log");
  }

  @Test
  void aKeyFileThatIsMissingIsOneSentence() {
    String missing = folder.resolve("missing.txt").toString();
    UsageException e = assertThrows(UsageException.class, () -> listen("--api-key-file", missing));
    assertEquals("There is no key file %s.".formatted(missing), e.getMessage());
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "files there have no POSIX permissions")
  void aKeyFileThatAllCanReadIsTold() throws Exception {
    String file = file("one\n");
    Files.setPosixFilePermissions(Path.of(file), PosixFilePermissions.fromString("rw-r-----"));
    listen("--api-key-file", file);
    assertEquals("", said.toString(StandardCharsets.UTF_8));
    Files.setPosixFilePermissions(Path.of(file), PosixFilePermissions.fromString("rw-r--r--"));
    listen("--api-key-file", file);
    String note = said.toString(StandardCharsets.UTF_8);
    assertTrue(note.contains("Other users of this machine can read the keys in " + file), note);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::"})
  void anAddressForAllNeedsAKey(String host) {
    UsageException e = assertThrows(UsageException.class, () -> listen("--host", host));
    assertTrue(e.getMessage().contains("--api-key-file"), e::toString);
    assertEquals(List.of("one"), listen("--host", host, "--api-key", "one").apiKeys());
    assertEquals(List.of(), listen("--host", host, "--insecure").apiKeys());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--api-key=",
        "--cors-origin=",
        "--cors-origin=a.example",
        "--cors-origin=https://a.example/",
        "--cors-origin=https://A.example",
        "--host=",
        "--host=a.invalid",
        "--port=-1",
        "--port=65536",
        "--tls-cert=c",
        "--tls-key=k"
      })
  void flagsThatCannotBeMeantAreRefused(String flag) {
    assertThrows(UsageException.class, () -> listen(flag));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--max-body-kib",
        "--max-header-kib",
        "--max-messages",
        "--max-prompt-tokens",
        "--max-tokens",
        "--default-max-tokens",
        "--max-choices",
        "--read-timeout",
        "--write-timeout",
        "--parallel",
        "--prefill-chunk",
        "--kv-memory"
      })
  void aLimitOfNothingIsRefusedByItsName(String flag) {
    Run run = Run.of("serve", "--model-path", folder.toString(), flag, "0");
    assertEquals(2, run.code(), run.err());
    assertTrue(run.err().contains(flag + " must be"), run.err());
  }

  private ServerOptions listen(String... flags) {
    Console console = Console.of(InputStream.nullInputStream(), Run.print(said), Run.print(said));
    return CommandLine.populateCommand(new ListenFlags(), flags)
        .options(Path.of("some", "model"), "1", ServerOptions.Limits.DEFAULT, console);
  }

  private static ServerOptions.Limits limits(String... flags) {
    return CommandLine.populateCommand(new LimitFlags(), flags).limits();
  }

  private static SchedulerOptions scheduling(String... flags) {
    return CommandLine.populateCommand(new SchedulingFlags(), flags).options();
  }

  private String file(String text) throws Exception {
    return Files.writeString(folder.resolve("keys.txt"), text).toString();
  }

  /** The names of the fields that differ; each has the expected value. */
  private static List<String> changed(Record defaults, Record found, String expected)
      throws Exception {
    List<String> names = new ArrayList<>();
    for (RecordComponent field : defaults.getClass().getRecordComponents()) {
      Object value = field.getAccessor().invoke(found);
      if (!value.equals(field.getAccessor().invoke(defaults))) {
        names.add(field.getName());
        assertEquals(expected, value.toString(), field.getName());
      }
    }
    return names;
  }
}
