package dev.mobilellm.runtime.plugins;

/**
 * Where a plugin comes from.
 *
 * @param module its module's name
 * @param version its module's version, empty if it has none
 * @param origin {@code built in}, or the path of a jar or folder
 * @param nativeAccess whether its module may call native code
 */
public record Provenance(String module, String version, String origin, boolean nativeAccess) {

  /** {@code com.example.dry@1.0}, or the module alone if it has no version. */
  public String versionedModule() {
    return version.isEmpty() ? module : module + "@" + version;
  }

  /** Module, version and origin, for messages. */
  @Override
  public String toString() {
    return origin.equals(PluginRegistry.BUILT_IN)
        ? versionedModule()
        : versionedModule() + " in " + origin;
  }
}
