package dev.mobilellm.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.SAXException;

/** The repository that these tests are a part of. */
public final class Repository {

  /** Its root folder. */
  public static final Path ROOT = root();

  private static final Set<String> SKIPPED_FOLDERS = Set.of(".git", ".idea", ".vscode", "target");

  private Repository() {}

  /** The project's version, from the root pom. */
  public static String version() {
    return children(rootPom().getDocumentElement(), "version").getFirst().getTextContent().strip();
  }

  /** The modules' folders, from the root pom, in its order. */
  public static List<String> moduleFolders() {
    Element modules = children(rootPom().getDocumentElement(), "modules").getFirst();
    return children(modules, "module").stream().map(e -> e.getTextContent().strip()).toList();
  }

  /** Those modules whose descriptor is compiled. */
  public static List<ProjectModule> modules() {
    return moduleFolders().stream().flatMap(folder -> ProjectModule.find(folder).stream()).toList();
  }

  /** All files, without what a build or an editor makes; sorted. */
  public static List<Path> files() {
    return filesBelow(ROOT);
  }

  /** The Java sources below a folder of the repository; sorted; none if there is no such folder. */
  public static List<Path> sourcesBelow(Path folder) {
    return Files.isDirectory(folder)
        ? filesBelow(folder).stream().filter(file -> file.toString().endsWith(".java")).toList()
        : List.of();
  }

  /** How a file is named in messages. */
  public static String relative(Path file) {
    return ROOT.relativize(file).toString().replace('\\', '/');
  }

  static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(file.toString(), e);
    }
  }

  private static List<Path> filesBelow(Path folder) {
    List<Path> files = new ArrayList<>();
    try {
      Files.walkFileTree(
          folder,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes ignored) {
              return SKIPPED_FOLDERS.contains(directory.getFileName().toString())
                  ? FileVisitResult.SKIP_SUBTREE
                  : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              if (attributes.isRegularFile() && !file.getFileName().toString().equals(".git")) {
                files.add(file);
              }
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return files.stream().sorted().toList();
  }

  /** From the compiled tests upwards, so that it does not matter where the tests are started. */
  private static Path root() {
    Path start;
    try {
      start = Path.of(Repository.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
    return Stream.iterate(start, folder -> folder != null, Path::getParent)
        .filter(folder -> Files.isRegularFile(folder.resolve("modules/spi/pom.xml")))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("There is no repository around " + start));
  }

  private static Document rootPom() {
    try {
      return DocumentBuilderFactory.newInstance()
          .newDocumentBuilder()
          .parse(ROOT.resolve("pom.xml").toFile());
    } catch (ParserConfigurationException | SAXException | IOException e) {
      throw new IllegalStateException("The root pom cannot be read", e);
    }
  }

  private static List<Element> children(Element parent, String name) {
    List<Element> found = new ArrayList<>();
    for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node instanceof Element element && element.getTagName().equals(name)) {
        found.add(element);
      }
    }
    return found;
  }
}
