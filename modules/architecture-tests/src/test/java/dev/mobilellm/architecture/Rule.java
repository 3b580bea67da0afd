package dev.mobilellm.architecture;

import com.tngtech.archunit.lang.ArchRule;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A rule about classes, and the smallest classes that break it: a rule that nothing can break
 * guards nothing.
 *
 * @param name for reports
 * @param rule says its reason
 * @param violation sources by the name of their class
 */
record Rule(String name, ArchRule rule, Map<String, String> violation) {

  /** A rule that one class breaks. */
  static Rule of(String name, ArchRule rule, String violating) {
    return new Rule(name, rule, Map.of(className(violating), violating));
  }

  /** The same with a class that the violating one needs. */
  Rule with(String source) {
    Map<String, String> sources = new LinkedHashMap<>(violation);
    sources.put(className(source), source);
    return new Rule(name, rule, sources);
  }

  /** From {@code package P; ... class C}. */
  private static String className(String source) {
    String packageName = source.replaceFirst("(?s).*?package ([\\w.]+);.*", "$1");
    String simpleName =
        source.replaceFirst("(?s).*?\\b(?:class|interface|record|enum) (\\w+).*", "$1");
    return packageName + "." + simpleName;
  }
}
