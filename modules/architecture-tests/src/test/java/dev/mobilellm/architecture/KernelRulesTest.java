package dev.mobilellm.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noCodeUnits;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.properties.HasName;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.List;

/** What was measured to cost a factor, and is easily written again. */
final class KernelRulesTest extends Rules {

  private static final String SPECIES = "jdk.incubator.vector.VectorSpecies";

  private static final DescribedPredicate<JavaClass> STREAMS_AND_BOXING_FUNCTIONS =
      describe(
          "are streams or functions over objects",
          type ->
              type.getPackageName().equals("java.util.stream")
                  // Only the primitive ones, such as IntUnaryOperator, have no type parameter.
                  || type.getPackageName().equals("java.util.function")
                      && !type.getTypeParameters().isEmpty());

  /** Stands for the real one, which a class path does not show. */
  private static final String SPECIES_STUB =
      "package jdk.incubator.vector; public interface VectorSpecies {}";

  @Override
  List<Rule> rules() {
    List<Rule> rules = new ArrayList<>();
    rules.add(
        Rule.of(
                "species are static",
                speciesAreConstants(),
                "package dev.mobilellm.kernels.java; class Slow { final %s species = null; }"
                    .formatted(SPECIES))
            .with(SPECIES_STUB));
    rules.add(
        Rule.of(
                "species are final",
                speciesAreConstants(),
                "package dev.mobilellm.kernels.java; class Slow { static %s species; }"
                    .formatted(SPECIES))
            .with(SPECIES_STUB));
    rules.add(
        Rule.of(
                "species are no parameters",
                speciesAreNoParameters(),
                "package dev.mobilellm.kernels.java; class Slow { void run(int i, %s species) {} }"
                    .formatted(SPECIES))
            .with(SPECIES_STUB));
    rules.add(
        Rule.of(
            "kernels see native memory only",
            kernelsSeeNativeMemoryOnly(),
            "package dev.mobilellm.kernels.java; class Slow { Object heap ="
                + " java.lang.foreign.MemorySegment.ofArray(new float[1]); }"));
    for (String name : List.of("linear", "elementwise", "attention")) {
      for (String type : List.of("java.util.stream.IntStream", "java.util.function.Supplier")) {
        rules.add(
            Rule.of(
                "in the inner loops of %s there is no %s".formatted(name, type),
                inTheInnerLoopsNothingIsBoxed(name),
                "package dev.mobilellm.kernels.java.%s; class Slow { %s elements; }"
                    .formatted(name, type)));
      }
    }
    return rules;
  }

  private static ArchRule speciesAreConstants() {
    return fields()
        .that()
        .haveRawType(SPECIES)
        .should()
        .beStatic()
        .andShould()
        .beFinal()
        .because(
            "the compiler makes vector instructions only for a species it knows: 60 to 80 times");
  }

  private static ArchRule speciesAreNoParameters() {
    return noCodeUnits()
        .should()
        .haveRawParameterTypes(
            describe(
                "one of which is a VectorSpecies",
                (List<JavaClass> types) ->
                    types.stream().map(HasName::getName).anyMatch(SPECIES::equals)))
        .because("a species that arrives as an argument is no constant: 60 to 80 times slower");
  }

  private static ArchRule kernelsSeeNativeMemoryOnly() {
    return noClasses()
        .that()
        .resideInAPackage("dev.mobilellm.kernels..")
        .should()
        .accessTargetWhere(
            JavaAccess.Predicates.targetOwner(
                    describe(
                        "MemorySegment",
                        owner -> owner.getName().equals("java.lang.foreign.MemorySegment")))
                .and(JavaAccess.Predicates.target(HasName.Predicates.name("ofArray"))))
        .because("a kernel that meets heap and native segments is compiled for neither: 12 times");
  }

  private static ArchRule inTheInnerLoopsNothingIsBoxed(String name) {
    return noClasses()
        .that()
        .resideInAPackage("dev.mobilellm.kernels.java." + name + "..")
        .should()
        .dependOnClassesThat(STREAMS_AND_BOXING_FUNCTIONS)
        .because("an interface call per element costs 12 to 72 times, and allocates");
  }
}
