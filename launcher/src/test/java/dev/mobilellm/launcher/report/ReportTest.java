package dev.mobilellm.launcher.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReportTest {

  @Test
  void rangesAreShort() {
    assertEquals("", Ranges.text(List.of()));
    assertEquals("3", Ranges.text(List.of(3)));
    assertEquals("3, 4", Ranges.text(List.of(3, 4)));
    assertEquals(
        "0-2, 4, 6-21",
        Ranges.text(
            List.of(0, 1, 2, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21)));
    assertEquals("no layer", Ranges.layers(List.of(), 4));
    assertEquals("all layers", Ranges.layers(List.of(0, 1), 2));
    assertEquals("layer 1", Ranges.layers(List.of(1), 2));
    assertEquals("layers 0, 1", Ranges.layers(List.of(0, 1), 3));
  }

  @Test
  void equalValuesFold() {
    Map<String, List<Integer>> folded = Ranges.fold(List.of("b", "a", "b"));
    assertEquals(List.of("b", "a"), List.copyOf(folded.keySet()));
    assertEquals(List.of(0, 2), folded.get("b"));
  }

  @Test
  void columnsAreAligned() {
    Table table = new Table(1).row("a", 100, "x").row("größe", 2, "").row("b");
    assertEquals(List.of("  a      100  x", "  größe    2", "  b"), table.lines("  "));
  }

  @ParameterizedTest
  @CsvSource({
    "0,0 B",
    "999,999 B",
    "1000,1.0 kB",
    "999949,999.9 kB",
    "999950,1.0 MB",
    "3798000000,3.8 GB",
    "9223372036854775807,9223372.0 TB"
  })
  void bytes(long bytes, String text) {
    assertEquals(text, Quantity.bytes(bytes));
  }

  @Test
  void countsAndShares() {
    assertEquals("949.2M", Quantity.count(949_200_000));
    assertEquals("33.3%", Quantity.share(1, 3));
    assertEquals("-", Quantity.share(0, 0));
  }

  @Test
  void treesAreJson() throws IOException {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("text", "\"\n");
    tree.put("numbers", Arrays.asList(1, 2L, 1.5, 1e300, Double.NaN, 0.1f));
    tree.put("nothing", Arrays.asList(null, Optional.empty(), Optional.of(true)));
    tree.put("empty", Map.of());
    assertEquals(
        "{\"text\":\"\\\"\\n\",\"numbers\":[1,2,1.5,1.0E300,null,0.1],"
            + "\"nothing\":[null,null,true],\"empty\":{}}",
        json(tree));
    assertThrows(IllegalArgumentException.class, () -> json(new Object()));
  }

  private static String json(Object tree) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      JsonTree.write(json, tree);
    }
    return text.toString();
  }
}
