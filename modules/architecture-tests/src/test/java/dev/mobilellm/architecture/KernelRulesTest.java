package dev.mobilellm.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noCodeUnits;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.properties.HasName;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What was measured to cost a factor, and is easily written again. */
final class KernelRulesTest {

  private static final String SPECIES = "jdk.incubator.vector.VectorSpecies";

  private static final DescribedPredicate<JavaClass> STREAMS_AND_BOXING_FUNCTIONS =
      describe(
          "are streams or functions over objects",
          type ->
              type.getPackageName().equals("java.util.stream")
                  // Only the primitive ones, such as IntUnaryOperator, have no type parameter.
                  || type.getPackageName().equals("java.util.function")
                      && !type.getTypeParameters().isEmpty());

  @Test
  void speciesAreConstants() {
    fields()
        .that()
        .haveRawType(SPECIES)
        .should()
        .beStatic()
        .andShould()
        .beFinal()
        .because(
            "the compiler makes vector instructions only for a species it knows: 60 to 80 times")
        .check(ProjectClasses.ALL);
  }

  @Test
  void speciesAreNoParameters() {
    noCodeUnits()
        .should()
        .haveRawParameterTypes(
            describe(
                "one of which is a VectorSpecies",
                (List<JavaClass> types) ->
                    types.stream().map(HasName::getName).anyMatch(SPECIES::equals)))
        .because("a species that arrives as an argument is no constant: 60 to 80 times slower")
        .check(ProjectClasses.ALL);
  }

  @Test
  void kernelsSeeNativeMemoryOnly() {
    noClasses()
        .that()
        .resideInAPackage("dev.mobilellm.kernels..")
        .should()
        .accessTargetWhere(
            JavaAccess.Predicates.targetOwner(
                    describe(
                        "MemorySegment",
                        owner -> owner.getName().equals("java.lang.foreign.MemorySegment")))
                .and(JavaAccess.Predicates.target(HasName.Predicates.name("ofArray"))))
        .because("a kernel that meets heap and native segments is compiled for neither: 12 times")
        .check(ProjectClasses.ALL);
  }

  @ParameterizedTest
  @ValueSource(strings = {"linear", "elementwise", "attention"})
  void inTheInnerLoopsNothingIsBoxed(String name) {
    noClasses()
        .that()
        .resideInAPackage("dev.mobilellm.kernels.java." + name + "..")
        .should()
        .dependOnClassesThat(STREAMS_AND_BOXING_FUNCTIONS)
        .because("an interface call per element costs 12 to 72 times, and allocates")
        .check(ProjectClasses.ALL);
  }
}
