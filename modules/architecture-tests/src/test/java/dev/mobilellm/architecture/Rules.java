package dev.mobilellm.architecture;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Each rule holds for this project, and is broken by the classes that it names. */
abstract class Rules {

  @TempDir private Path folder;

  /** The rules. */
  abstract List<Rule> rules();

  @TestFactory
  Stream<DynamicTest> theyHold() {
    return rules().stream()
        .map(
            rule ->
                DynamicTest.dynamicTest(rule.name(), () -> rule.rule().check(ProjectClasses.ALL)));
  }

  @TestFactory
  Stream<DynamicTest> theyCanBeBroken() {
    return rules().stream()
        .map(rule -> DynamicTest.dynamicTest(rule.name(), () -> assertBroken(rule)));
  }

  private void assertBroken(Rule rule) throws IOException {
    Path classes = folder.resolve(Integer.toHexString(rule.name().hashCode()));
    Compiler.compile(rule.violation(), classes);
    JavaClasses violating = new ClassFileImporter().importPath(classes);
    AssertionError broken =
        assertThrows(AssertionError.class, () -> rule.rule().check(violating), rule::name);
    assertTrue(
        broken.getMessage().contains(", because ")
            && broken.getMessage().contains("was violated ("),
        broken::getMessage);
  }
}
