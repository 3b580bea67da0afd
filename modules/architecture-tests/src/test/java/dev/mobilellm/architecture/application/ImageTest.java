package dev.mobilellm.architecture.application;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * That the image needs nothing of the machine it runs on, and says nothing that is not asked for.
 */
final class ImageTest {

  private static final Path IMAGE = Application.command().getParent().getParent();
  private static final List<String> QUESTION =
      List.of("--model-path", Application.DEMO_MODEL.toString(), "--prompt", "What is 2+2?");
  private static final String ANSWER = "2+2=4.\nThe answer is \\boxed{4}.\n";
  private static final long MAX_BYTES = 110_000_000;

  @TempDir Path temporary;

  @Test
  void runsInAnEmptyEnvironment() {
    Application.Result result = run(Application.command(), Map.of(), QUESTION);

    assertEquals(ANSWER, result.assertQuiet().out());
  }

  @Test
  void runsWithoutAPathAndWithAHomeThatCannotBeWrittenTo() throws IOException {
    Path home =
        Files.createDirectory(
            temporary.resolve("home"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("r-xr-xr-x")));

    // Drivers of OpenCL may keep something in the home: none is looked for.
    Map<String, String> environment =
        Map.of("PATH", "", "HOME", home.toString(), "OCL_ICD_VENDORS", temporary.toString());

    Application.Result result = run(Application.command(), environment, QUESTION);

    assertEquals(ANSWER, result.assertQuiet().out());
    assertEquals(List.of(), children(home), "what was written to the home");
  }

  @Test
  void optionsForOtherJavasDoNotReachIt() {
    Map<String, String> environment =
        Map.of(
            "JAVA_HOME",
            temporary.toString(),
            "JAVA_TOOL_OPTIONS",
            "-Dsome=thing",
            "JDK_JAVA_OPTIONS",
            "-Dsome=thing",
            "CLASSPATH",
            temporary.toString());

    Application.Result result = run(Application.command(), environment, List.of("--version"));

    assertTrue(result.assertQuiet().out().startsWith("mobilellm "), result::toString);
  }

  @Test
  void whatTheJvmSaysArrives() {
    Application.Result wrong =
        run(
            Application.command(),
            Map.of("MOBILELLM_JAVA_OPTS", "-XX:NoSuchOption=1"),
            List.of("--version"));

    assertEquals(1, wrong.exitCode(), wrong::toString);
    assertEquals("", wrong.out());
    assertTrue(wrong.err().contains("NoSuchOption"), wrong::toString);
  }

  @Test
  void theCacheIsUsed() {
    Application.Result result =
        run(
            Application.command(),
            Map.of("MOBILELLM_JAVA_OPTS", "-Xlog:aot=info"),
            List.of("--version"));

    assertTrue(
        result.assertSucceeded().out().contains("Using AOT-linked classes: true"),
        () -> "without its cache the first token takes half as long again: " + result);
  }

  @Test
  void aCacheThatDoesNotFitIsLeftAloneInSilence() throws IOException {
    Path copy = copyWithLinks();
    Path cache = copy.resolve("lib/mobilellm.aot");
    Files.write(cache, new byte[100_000]);

    Application.Result result = run(copy.resolve("bin/mobilellm"), Map.of(), QUESTION);

    assertEquals(ANSWER, result.assertQuiet().out());
  }

  @Test
  void runsWithoutACache() throws IOException {
    Application.Result result = run(copyWithLinks().resolve("bin/mobilellm"), Map.of(), QUESTION);

    assertEquals(ANSWER, result.assertQuiet().out());
  }

  @Test
  void unpacksNothing() throws IOException {
    Path drivers = Files.createDirectory(temporary.resolve("drivers"));
    Path unpacked = Files.createDirectory(temporary.resolve("unpacked"));

    Application.Result result =
        run(
            Application.command(),
            Map.of(
                "MOBILELLM_JAVA_OPTS",
                "-Djava.io.tmpdir=" + unpacked,
                "OCL_ICD_VENDORS",
                drivers.toString()),
            List.of("devices"));

    result.assertSucceeded();
    assertEquals(List.of(), children(unpacked), "native libraries are files of the image");
  }

  /** Parts of Java and of libraries that do not draw lines and text are left out of the image. */
  @Test
  void drawsCharts() throws IOException {
    Path chart = temporary.resolve("chart.svg");

    Application.Result result =
        run(
            Application.command(),
            Map.of(),
            List.of(
                "bench",
                "--model-path",
                Application.DEMO_MODEL.toString(),
                "--device",
                "java",
                "--prefill",
                "8",
                "--decode",
                "2",
                "--repeat",
                "1",
                "--chart",
                chart.toString()));

    assumeFalse(result.err().contains("A chart needs fonts"), "this machine has no fonts");
    result.assertSucceeded();
    assertTrue(Files.readString(chart).contains("<circle"), "the chart has no points");
  }

  @Test
  void everyPartHasItsLicence() throws IOException {
    Set<String> parts =
        modules().stream()
            .filter(name -> !isOfTheJdk(name))
            .collect(Collectors.toCollection(TreeSet::new));
    parts.removeIf(name -> name.startsWith("dev.mobilellm."));
    assertTrue(parts.size() > 20, () -> "only these were found: " + parts);

    assertEquals(
        parts,
        licensed(),
        "modules in the image, and in the table of THIRD-PARTY.md: whoever ships the image must be"
            + " able to say under which licence each part of it is");
  }

  @Test
  void theLicenceTextsOfTheJdkAreThere() {
    for (String name : modules().stream().filter(ImageTest::isOfTheJdk).toList()) {
      assertTrue(
          Files.exists(IMAGE.resolve("runtime/legal").resolve(name).resolve("LICENSE")), name);
    }
  }

  @Test
  void theLicenceTextsOfThePagesLibrariesAreThere() throws IOException {
    List<String> texts =
        Pattern.compile("`(runtime/legal/\\S+)`")
            .matcher(Files.readString(IMAGE.resolve("THIRD-PARTY.md")))
            .results()
            .map(text -> text.group(1))
            .toList();
    assertEquals(3, texts.size());
    for (String text : texts) {
      assertTrue(Files.exists(IMAGE.resolve(text)), text);
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void itIsNotLarge() throws IOException {
    long bytes = 0;
    try (Stream<Path> files = Files.walk(IMAGE)) {
      // Modules share licence texts by links.
      for (Path file : files.filter(file -> Files.isRegularFile(file, NOFOLLOW_LINKS)).toList()) {
        bytes += file.startsWith(IMAGE.resolve("demo-model")) ? 0 : Files.size(file);
      }
    }

    assertTrue(bytes < MAX_BYTES, "bytes of the image without the demo model: " + bytes);
  }

  @Test
  void namesNoPlaceOfTheMachineThatBuiltIt() throws IOException {
    for (String file : List.of("bin/mobilellm", "lib/jvm.options", "runtime/release")) {
      assertFalse(
          Files.readString(IMAGE.resolve(file)).contains(System.getProperty("user.dir")), file);
    }
  }

  private static Application.Result run(
      Path script, Map<String, String> environment, List<String> arguments) {
    return Application.run(script, Path.of("/"), environment, arguments);
  }

  /** An image of its own in all but its files, and without cache. */
  private Path copyWithLinks() throws IOException {
    Path copy = Files.createDirectories(temporary.resolve("an image"));
    for (String folder : List.of("bin", "lib")) {
      Files.createDirectory(copy.resolve(folder));
      for (Path file : children(IMAGE.resolve(folder))) {
        if (!file.toString().endsWith(".aot")) {
          Files.copy(
              file,
              copy.resolve(folder).resolve(file.getFileName()),
              StandardCopyOption.COPY_ATTRIBUTES);
        }
      }
    }
    Files.createSymbolicLink(copy.resolve("runtime"), IMAGE.resolve("runtime"));
    return copy;
  }

  private static List<String> modules() {
    try {
      return Files.readAllLines(IMAGE.resolve("runtime/release")).stream()
          .filter(line -> line.startsWith("MODULES="))
          .flatMap(line -> Stream.of(line.replaceAll("MODULES=|\"", "").split(" ")))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isOfTheJdk(String name) {
    return name.startsWith("java.") || name.startsWith("jdk.");
  }

  /** The second column of the table. */
  private static Set<String> licensed() throws IOException {
    return Files.readAllLines(IMAGE.resolve("THIRD-PARTY.md")).stream()
        .filter(line -> line.startsWith("| ") && line.contains("`"))
        .flatMap(
            line ->
                Pattern.compile("`([\\w.]+)`")
                    .matcher(line.split("\\|")[2])
                    .results()
                    .map((MatchResult found) -> found.group(1)))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static List<Path> children(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }
}
