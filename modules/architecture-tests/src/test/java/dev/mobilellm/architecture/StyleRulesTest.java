package dev.mobilellm.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.domain.JavaModifier;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How classes are written. */
final class StyleRulesTest {

  private static final Set<String> GENERIC =
      Set.of(
          "java.lang.Throwable",
          "java.lang.Exception",
          "java.lang.RuntimeException",
          "java.lang.Error");

  private static final Set<String> PROCESS =
      Set.of(
          "java.lang.System.in",
          "java.lang.System.out",
          "java.lang.System.err",
          "java.lang.System.console",
          "java.lang.System.getProperty",
          "java.lang.System.getProperties",
          "java.lang.System.getenv",
          "java.lang.System.exit",
          "java.lang.Runtime.exit",
          "java.lang.Runtime.halt",
          "java.lang.Boolean.getBoolean",
          "java.lang.Integer.getInteger",
          "java.lang.Long.getLong");

  private static final DescribedPredicate<JavaAccess<?>> THE_PROCESS =
      describe(
          "the target belongs to the process (standard streams, properties, variables, exit)",
          access ->
              PROCESS.contains(access.getTargetOwner().getName() + "." + access.getName())
                  || access.getName().equals("printStackTrace"));

  private static final DescribedPredicate<JavaAccess<?>> A_GENERIC_EXCEPTION =
      describe(
          "the target makes a generic exception",
          access ->
              GENERIC.contains(access.getTargetOwner().getName())
                  && access.getName().equals(JavaConstructor.CONSTRUCTOR_NAME)
                  && !isSuperclassOf(access.getTargetOwner(), access.getOriginOwner()));

  @Test
  void spiTypesAreClosed() {
    classes()
        .that()
        .resideInAPackage("dev.mobilellm.spi..")
        .and()
        .areNotAnonymousClasses()
        .should()
        .beInterfaces()
        .orShould()
        .beRecords()
        .orShould()
        .beEnums()
        .orShould()
        .haveModifier(JavaModifier.FINAL)
        .because("a class that others extend cannot change any more")
        .check(ProjectClasses.ALL);
  }

  @Test
  void theProcessBelongsToTheLauncher() {
    noClasses()
        .that()
        .resideOutsideOfPackages("dev.mobilellm.launcher..", "dev.mobilellm.benchmarks..")
        .should()
        .accessTargetWhere(THE_PROCESS)
        .because(
            "a library leaves its user's streams, settings and process alone; benchmarks are"
                + " programs")
        .check(ProjectClasses.ALL);
  }

  @Test
  void exceptionsSayWhatHappened() {
    noClasses()
        .should()
        .accessTargetWhere(A_GENERIC_EXCEPTION)
        .because(
            "who catches must be able to tell a bad model and a bad request from a programming"
                + " error")
        .check(ProjectClasses.ALL);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Impl", "Util", "Utils", "Helper", "Manager"})
  void namesSayWhatAClassIs(String ending) {
    noClasses()
        .should()
        .haveSimpleNameEndingWith(ending)
        .because("the ending says nothing about what the class is for")
        .check(ProjectClasses.ALL);
  }

  /** The constructor of an exception calls that of its superclass. */
  private static boolean isSuperclassOf(JavaClass type, JavaClass origin) {
    return origin.getRawSuperclass().filter(type::equals).isPresent();
  }
}
