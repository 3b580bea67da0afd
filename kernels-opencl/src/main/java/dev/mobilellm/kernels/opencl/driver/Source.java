package dev.mobilellm.kernels.opencl.driver;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The text of an OpenCL program: definitions, and pieces one after another. It includes nothing and
 * needs no options, so that any compiler can be shown the same text.
 *
 * @param text OpenCL C 1.2
 */
public record Source(String text) {

  private static final Map<String, String> PIECES = new ConcurrentHashMap<>();

  /** This module's pieces. */
  private static final List<String> ALL =
      List.of(
          "activation",
          "affine",
          "argmax",
          "attend",
          "bf16",
          "codes",
          "common",
          "dense",
          "elements",
          "embed",
          "f16",
          "f32",
          "inputs",
          "limits",
          "norm",
          "pass",
          "place",
          "rotary",
          "segments",
          "tile",
          "vector");

  /**
   * Composes a program of this module's own pieces.
   *
   * @param definitions what the pieces are specialised with
   * @param pieces names without ending, in order
   */
  public static Source of(Map<String, Integer> definitions, List<String> pieces) {
    Stream<String> defined =
        definitions.entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .map(entry -> "#define %s %d".formatted(entry.getKey(), entry.getValue()));
    Stream<String> read = pieces.stream().map(name -> PIECES.computeIfAbsent(name, Source::read));
    return new Source(Stream.concat(defined, read).collect(Collectors.joining("\n")));
  }

  /** Differs when any of this module's pieces does. */
  public static int fingerprint() {
    int hash = 0;
    for (String name : ALL) {
      hash = 31 * hash + PIECES.computeIfAbsent(name, Source::read).hashCode();
    }
    return hash;
  }

  private static String read(String name) {
    String path = "/dev/mobilellm/kernels/opencl/cl/" + name + ".cl";
    try (InputStream in = Source.class.getResourceAsStream(path)) {
      if (in == null) {
        throw new IllegalArgumentException("no source " + path);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
