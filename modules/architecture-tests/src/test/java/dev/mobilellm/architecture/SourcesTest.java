package dev.mobilellm.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rules that only the source text can tell. */
final class SourcesTest {

  private static final int MAX_LINES = 320;

  private static final Pattern ACCUMULATOR_AS_RECEIVER =
      Pattern.compile("\\b(\\w+)\\s*=\\s*\\1\\s*[.](add|max|min)[(]");

  static List<ProjectModule> modules() {
    return Repository.modules().stream().filter(m -> !m.exportedPackages().isEmpty()).toList();
  }

  @Test
  void filesAreShort() {
    Set<String> found = new TreeSet<>();
    for (String folder : Repository.moduleFolders()) {
      for (Path source : Repository.sourcesBelow(ProjectModule.mainSources(folder))) {
        if (Repository.read(source).lines().count() > MAX_LINES) {
          found.add(Repository.relative(source));
        }
      }
    }

    assertEquals(
        Set.of(),
        found,
        "files of more than "
            + MAX_LINES
            + " lines: a file is what a reader takes in at once; split it by what changes"
            + " together");
  }

  /** C2 knows the class of a vector that was just made, but not of one from the round before. */
  @Test
  void accumulatorsAreArguments() {
    assertTrue(ACCUMULATOR_AS_RECEIVER.matcher("sum =\n    sum.max(x);").find());
    assertFalse(ACCUMULATOR_AS_RECEIVER.matcher("sum = x.max(sum); a = b.add(c);").find());
    Set<String> found = new TreeSet<>();
    for (Path source : Repository.sourcesBelow(ProjectModule.mainSources("kernels-java"))) {
      if (ACCUMULATOR_AS_RECEIVER.matcher(Repository.read(source)).find()) {
        found.add(Repository.relative(source));
      }
    }

    assertEquals(
        Set.of(),
        found,
        "sum = sum.add(x) where x.add(sum) is as good: the former is a virtual call, and vectors on"
            + " the heap, unless the JVM has profiled it in time");
  }

  @ParameterizedTest
  @MethodSource("modules")
  void publicTypesOfExportedPackagesHaveJavadoc(ProjectModule module) throws IOException {
    List<Path> sources =
        module.exportedPackages().stream().flatMap(name -> sources(module, name)).toList();

    assertEquals(
        List.of(),
        undocumented(sources),
        "public types without Javadoc: what a module exports is read by people who do not have"
            + " its sources");
  }

  private static Stream<Path> sources(ProjectModule module, String packageName) {
    Path folder = ProjectModule.mainSources(module.folder()).resolve(packageName.replace('.', '/'));
    return Repository.sourcesBelow(folder).stream()
        .filter(source -> source.getParent().equals(folder));
  }

  private static List<String> undocumented(List<Path> sources) throws IOException {
    List<String> found = new ArrayList<>();
    Compiler.scan(sources, task -> new UndocumentedTypes(DocTrees.instance(task), found));
    return found;
  }

  /** Collects the names of public types without a comment. */
  private static final class UndocumentedTypes extends TreePathScanner<Void, Void> {

    private final DocTrees docs;
    private final List<String> found;

    UndocumentedTypes(DocTrees docs, List<String> found) {
      this.docs = docs;
      this.found = found;
    }

    @Override
    public Void visitClass(ClassTree type, Void ignored) {
      if (!isPublic(type)) {
        return null;
      }
      if (docs.getDocComment(getCurrentPath()) == null) {
        found.add(
            getCurrentPath().getCompilationUnit().getPackageName() + "." + type.getSimpleName());
      }
      return super.visitClass(type, ignored);
    }

    /** Types within an interface are public without saying so. */
    private boolean isPublic(ClassTree type) {
      return type.getModifiers().getFlags().contains(Modifier.PUBLIC)
          || getCurrentPath().getParentPath().getLeaf().getKind() == Tree.Kind.INTERFACE;
    }
  }
}
