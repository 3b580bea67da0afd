package dev.mobilellm.architecture;

import dev.mobilellm.testkit.Modules;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Compiles small sources that break rules. */
final class Compiler {

  private Compiler() {}

  /**
   * Compiles against the JDK and the class path of these tests.
   *
   * @param sources by the name of their class
   * @param classes the folder to make
   */
  static void compile(Map<String, String> sources, Path classes) {
    Map<String, String> files = new HashMap<>();
    sources.forEach((name, text) -> files.put(name.replace('.', '/') + ".java", text));
    Modules.compile(files, classes, "", "-proc:none");
  }
}
