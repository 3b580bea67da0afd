package dev.mobilellm.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** How classes are written. */
final class StyleRulesTest extends Rules {

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

  @Override
  List<Rule> rules() {
    List<Rule> rules = new ArrayList<>();
    rules.add(
        Rule.of(
            "SPI types are closed",
            spiTypesAreClosed(),
            "package dev.mobilellm.spi; public class Open {}"));
    for (String call :
        List.of(
            "System.out.println()",
            "System.err.println()",
            "System.in.toString()",
            "System.getProperty(\"x\")",
            "System.getenv(\"x\")",
            "System.exit(1)",
            "Runtime.getRuntime().halt(1)",
            "Boolean.getBoolean(\"x\")",
            "new Throwable().printStackTrace()")) {
      rules.add(
          Rule.of(
              "the process belongs to the launcher: " + call,
              theProcessBelongsToTheLauncher(),
              "package dev.mobilellm.runtime; class Rude { void run() { %s; } }".formatted(call)));
    }
    for (String type : GENERIC) {
      rules.add(
          Rule.of(
              "exceptions say what happened: " + type,
              exceptionsSayWhatHappened(),
              "package dev.mobilellm.runtime; class Vague { void run() throws Throwable { throw"
                  + " new %s(); } }".formatted(type)));
    }
    for (String ending : List.of("Impl", "Util", "Utils", "Helper", "Manager")) {
      rules.add(
          Rule.of(
              "names say what a class is, not " + ending,
              namesSayWhatAClassIs(ending),
              "package dev.mobilellm.runtime; class Model%s {}".formatted(ending)));
    }
    return rules;
  }

  private static ArchRule spiTypesAreClosed() {
    return classes()
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
        .because("a class that others extend cannot change any more");
  }

  private static ArchRule theProcessBelongsToTheLauncher() {
    return noClasses()
        .that()
        .resideOutsideOfPackages("dev.mobilellm.launcher..", "dev.mobilellm.benchmarks..")
        .should()
        .accessTargetWhere(THE_PROCESS)
        .because(
            "a library leaves its user's streams, settings and process alone; benchmarks are"
                + " programs");
  }

  private static ArchRule exceptionsSayWhatHappened() {
    return noClasses()
        .should()
        .accessTargetWhere(A_GENERIC_EXCEPTION)
        .because(
            "who catches must be able to tell a bad model and a bad request from a programming"
                + " error");
  }

  private static ArchRule namesSayWhatAClassIs(String ending) {
    return noClasses()
        .should()
        .haveSimpleNameEndingWith(ending)
        .because("the ending says nothing about what the class is for");
  }

  /** The constructor of an exception calls that of its superclass. */
  private static boolean isSuperclassOf(JavaClass type, JavaClass origin) {
    return origin.getRawSuperclass().filter(type::equals).isPresent();
  }
}
