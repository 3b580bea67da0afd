package dev.mobilellm.image;

import java.util.regex.Pattern;
import jdk.tools.jlink.plugin.ResourcePoolEntry;

/** The licence texts that come in jars. */
final class Licences {

  private static final Pattern NAME =
      Pattern.compile("(?i)(META-INF/)?(.*/)?(LICEN[SC]E|NOTICE|COPYING)([.-][^/]*)?");

  private Licences() {}

  /**
   * Whether a resource of a module is a licence or belongs to one.
   *
   * @param resource its path within the module
   */
  static boolean isLicence(String resource) {
    return !resource.endsWith(".class") && NAME.matcher(resource).matches();
  }

  /** Whether a program shows it: the chat page leads to those of its libraries. */
  static boolean isShown(String resource) {
    return resource.startsWith("dev/mobilellm/server/page/");
  }

  /** The same text as a file of the image, in the folder of its module. */
  static ResourcePoolEntry notice(ResourcePoolEntry entry, String resource) {
    String name = resource.replaceFirst("^META-INF/", "").replace('/', '-');
    return ResourcePoolEntry.create(
        "/%1$s/legal/%1$s/%2$s".formatted(entry.moduleName(), name),
        ResourcePoolEntry.Type.LEGAL_NOTICE,
        entry.contentBytes());
  }
}
