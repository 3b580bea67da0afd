package dev.mobilellm.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class NativeCallsTest {

  /** What the JDK itself marks, so that a new Java's restricted methods are not forgotten. */
  @Test
  void theListIsThatOfTheJdk() throws IOException {
    Map<String, TreeSet<String>> marked = new TreeMap<>();
    for (String folder : List.of("java/lang", "java/lang/foreign")) {
      Path classes =
          FileSystems.getFileSystem(URI.create("jrt:/")).getPath("/modules/java.base", folder);
      try (Stream<Path> files = Files.list(classes)) {
        files
            .map(file -> file.getFileName().toString())
            .filter(name -> name.endsWith(".class"))
            .map(name -> folder + "/" + name.replaceFirst("[.]class$", ""))
            .forEach(name -> mark(name, marked));
      }
    }
    assertFalse(marked.isEmpty());
    assertEquals(marked, new TreeMap<>(NativeCalls.RESTRICTED));
  }

  private static void mark(String name, Map<String, TreeSet<String>> marked) {
    try {
      Class<?> type = Class.forName(name.replace('/', '.'), false, null);
      for (Method method : type.getDeclaredMethods()) {
        if (Arrays.stream(method.getAnnotations())
            .anyMatch(a -> a.annotationType().getSimpleName().equals("Restricted"))) {
          marked.computeIfAbsent(name, key -> new TreeSet<>()).add(method.getName());
        }
      }
    } catch (ClassNotFoundException e) {
      throw new AssertionError(name, e);
    }
  }
}
