package dev.mobilellm.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.TreeScanner;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * What is printed is read by programs, too, and is the same everywhere. {@code "".formatted()} is
 * for words and whole numbers; the application sets the locale of their digits. Anything else names
 * {@code Locale.ROOT}.
 */
final class LocaleTest {

  private static final Set<String> DEPENDENT =
      Set.of(
          "java.lang.String.toLowerCase()",
          "java.lang.String.toUpperCase()",
          "java.lang.String.format(java.lang.String, [Ljava.lang.Object;)",
          "java.io.PrintStream.printf(java.lang.String, [Ljava.lang.Object;)",
          "java.io.PrintStream.format(java.lang.String, [Ljava.lang.Object;)",
          "java.io.PrintWriter.printf(java.lang.String, [Ljava.lang.Object;)",
          "java.io.PrintWriter.format(java.lang.String, [Ljava.lang.Object;)",
          "java.text.DecimalFormat.<init>(java.lang.String)");

  /** Fractions, powers and grouped thousands. */
  private static final Pattern LOCALIZED =
      Pattern.compile(
          "(?<!%)(?:%%)*%[-#+ 0(]*(?:,[-#+ 0,(]*\\d*(?:\\.\\d+)?\\w|\\d*(?:\\.\\d+)?[aAeEfgG])");

  private static final DescribedPredicate<JavaAccess<?>> THE_DEFAULT_LOCALE =
      describe(
          "the target uses the default locale",
          access -> DEPENDENT.contains(access.getTarget().getFullName()));

  @Test
  void localesAreNamed() {
    noClasses()
        .should()
        .accessTargetWhere(THE_DEFAULT_LOCALE)
        .because("what it gives differs between users; name Locale.ROOT")
        .check(ProjectClasses.ALL);
  }

  @Test
  void formattedIsForWordsAndWholeNumbers() throws IOException {
    List<Path> sources =
        Repository.moduleFolders().stream()
            .flatMap(folder -> Repository.sourcesBelow(ProjectModule.mainSources(folder)).stream())
            .toList();

    assertEquals(
        List.of(),
        localized(sources),
        "\"\".formatted() with fractions or grouped thousands: they differ between users; use"
            + " String.format(Locale.ROOT, ...)");
  }

  @Test
  void thePatternTellsThemApart() {
    for (String found : List.of("%f", "%.1f", "%+.3g", "%8.2e", "%,d", "%-,8d", "%0,8d", "%%%,d")) {
      assertTrue(LOCALIZED.matcher("x " + found + " y").find(), found);
    }
    for (String free :
        List.of("%s", "%d", "%02d", "%n", "%5s", "50%%, done", "%%f", "%08x", "%c, %d")) {
      assertFalse(LOCALIZED.matcher(free).find(), free);
    }
  }

  private static List<String> localized(List<Path> sources) throws IOException {
    List<String> found = new ArrayList<>();
    Compiler.scan(sources, _ -> new Formats(found));
    return found;
  }

  /** Collects the formats of {@code formatted} that the locale changes. */
  private static final class Formats extends TreePathScanner<Void, Void> {

    private final List<String> found;

    Formats(List<String> found) {
      this.found = found;
    }

    @Override
    public Void visitMethodInvocation(MethodInvocationTree call, Void ignored) {
      if (call.getMethodSelect() instanceof MemberSelectTree select
          && select.getIdentifier().contentEquals("formatted")) {
        new TreeScanner<Void, Void>() {
          @Override
          public Void visitLiteral(LiteralTree literal, Void nothing) {
            if (literal.getValue() instanceof String text && LOCALIZED.matcher(text).find()) {
              Path source = Path.of(unit().getSourceFile().toUri());
              found.add(Repository.relative(source) + ": " + text);
            }
            return null;
          }
        }.scan(select.getExpression(), null);
      }
      return super.visitMethodInvocation(call, ignored);
    }

    private CompilationUnitTree unit() {
      return getCurrentPath().getCompilationUnit();
    }
  }
}
