package dev.mobilellm.architecture;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import dev.mobilellm.testkit.Modules;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Compiles small sources that break rules, and parses those of the project. */
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

  /**
   * Shows sources to a visitor, one after the other, without looking up what their names mean.
   *
   * @param visitor made for the task, which finds the comments
   */
  static void scan(List<Path> sources, Function<JavacTask, TreePathScanner<Void, Void>> visitor)
      throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null, files, null, null, null, files.getJavaFileObjectsFromPaths(sources));
      TreePathScanner<Void, Void> scanner = visitor.apply(task);
      for (CompilationUnitTree unit : task.parse()) {
        scanner.scan(unit, null);
      }
    }
  }
}
