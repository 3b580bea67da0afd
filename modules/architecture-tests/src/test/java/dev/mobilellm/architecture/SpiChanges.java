package dev.mobilellm.architecture;

import japicmp.cmp.JApiCmpArchive;
import japicmp.cmp.JarArchiveComparator;
import japicmp.cmp.JarArchiveComparatorOptions;
import japicmp.model.JApiChangeStatus;
import japicmp.model.JApiClass;
import japicmp.model.JApiCompatibility;
import japicmp.model.JApiCompatibilityChange;
import japicmp.model.JApiCompatibilityChangeType;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What changed between two jars of the SPI. */
final class SpiChanges {

  /** What the application implements and plugins only call: it may get further methods. */
  private static final Set<String> IMPLEMENTED_BY_THE_APPLICATION =
      Set.of("dev.mobilellm.spi.model.LayerView", "dev.mobilellm.spi.model.ModelFiles");

  private SpiChanges() {}

  /** A line for each change after which a plugin that was compiled before fails; sorted. */
  static List<String> incompatible(Path before, Path after) {
    JarArchiveComparatorOptions options = new JarArchiveComparatorOptions();
    options.getIgnoreMissingClasses().setIgnoreAllMissingClasses(true);
    return new JarArchiveComparator(options)
            .compare(
                new JApiCmpArchive(before.toFile(), "before"),
                new JApiCmpArchive(after.toFile(), "after"))
            .stream()
            .filter(type -> type.getChangeStatus() != JApiChangeStatus.NEW)
            .flatMap(SpiChanges::incompatible)
            .sorted()
            .toList();
  }

  private static Stream<String> incompatible(JApiClass type) {
    return parts(type).entrySet().stream()
        .flatMap(
            part ->
                part.getValue().getCompatibilityChanges().stream()
                    .filter(change -> breaks(type, change))
                    .map(change -> "%s: %s".formatted(part.getKey(), change.getType())));
  }

  private static boolean breaks(JApiClass type, JApiCompatibilityChange change) {
    return !change.isBinaryCompatible()
        || change.getType() == JApiCompatibilityChangeType.METHOD_ADDED_TO_INTERFACE
            && !IMPLEMENTED_BY_THE_APPLICATION.contains(type.getFullyQualifiedName());
  }

  /** The type and its members, by what messages call them. */
  private static Map<String, JApiCompatibility> parts(JApiClass type) {
    String name = type.getFullyQualifiedName();
    return Stream.of(
            Stream.of(Map.entry(name, (JApiCompatibility) type)),
            Stream.of(Map.entry(name + " extends", (JApiCompatibility) type.getSuperclass())),
            type.getInterfaces().stream()
                .map(i -> Map.entry(name + " implements " + i.getFullyQualifiedName(), i)),
            type.getConstructors().stream().map(c -> Map.entry(name + " " + c, c)),
            type.getMethods().stream().map(m -> Map.entry(name + " " + m, m)),
            type.getFields().stream().map(f -> Map.entry(name + "." + f.getName(), f)))
        .flatMap(parts -> parts)
        .collect(
            Collectors.toMap(
                Map.Entry::getKey, entry -> (JApiCompatibility) entry.getValue(), (a, b) -> b));
  }
}
