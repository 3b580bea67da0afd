package dev.mobilellm.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.model.Settings;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointFilesTest {

  @TempDir Path directory;

  @Test
  void readsConfigAndOtherFiles() throws IOException {
    config("{\"model_type\": \"llama4_text\", \"hidden_size\": 576}");
    Files.writeString(directory.resolve("chat_template.jinja"), "{{ \"é\" }}");
    CheckpointFiles files = CheckpointFiles.open(directory);
    assertEquals("llama4_text", files.config().modelType());
    assertEquals(576, files.config().hiddenSize());
    assertTrue(files.directory().isAbsolute());
    assertTrue(files.has("config.json"));
    assertFalse(files.has("tokenizer.json"));
    assertEquals(Optional.empty(), files.json("tokenizer.json").map(Settings::source));
    assertEquals(Optional.of("{{ \"é\" }}"), files.text("chat_template.jinja"));
    assertEquals(Optional.empty(), files.text("nothing"));
  }

  @Test
  void keepsEveryKindOfValue() throws IOException {
    config(
        "{\"s\":\"\\u00e9\",\"i\":-3,\"l\":5000000000,\"b\":123456789012345678901,"
            + "\"d\":1e-05,\"t\":true,\"n\":null,\"list\":[1,[],{}],\"o\":{\"k\":[]}}");
    Map<String, Object> tree = CheckpointFiles.open(directory).config().settings().values();
    assertEquals("é", tree.get("s"));
    assertEquals(-3, tree.get("i"));
    assertEquals(5_000_000_000L, tree.get("l"));
    assertEquals(new BigInteger("123456789012345678901"), tree.get("b"));
    assertEquals(1e-5, tree.get("d"));
    assertEquals(true, tree.get("t"));
    assertTrue(tree.containsKey("n"));
    assertNull(tree.get("n"));
    assertEquals(List.of(1, List.of(), Map.of()), tree.get("list"));
    assertEquals(Map.of("k", List.of()), tree.get("o"));
  }

  @Test
  void missingFolder() {
    assertSays(directory.resolve("nowhere"), "There is no folder", "nowhere");
  }

  @Test
  void fileInsteadOfFolder() throws IOException {
    config("{}");
    assertSays(directory.resolve("config.json"), "is a file", ", " + directory + ".");
    Path text = Files.writeString(directory.resolve("notes.txt"), "");
    assertSays(text, "notes.txt is a file; give the folder of the checkpoint instead");
  }

  @Test
  void noConfigSaysWhatIsThere() throws IOException {
    assertSays(directory, "has no config.json", "holds no files");
    Files.writeString(directory.resolve("notes.txt"), "");
    assertSays(directory, "it holds notes.txt");
    Files.writeString(directory.resolve("model.safetensors"), "");
    assertSays(directory, "copy it there");
    Files.writeString(directory.resolve("model.gguf"), "");
    assertSays(directory, "GGUF files are not read");
  }

  @Test
  void noConfigPointsToTheFolderThatHasIt() throws IOException {
    Path revision = Files.createDirectories(directory.resolve("snapshots").resolve("abc"));
    Files.writeString(revision.resolve("config.json"), "{}");
    assertSays(directory, "give the folder that has it: " + revision);
  }

  @Test
  void brokenJsonNamesLineAndColumn() throws IOException {
    assertBroken("{\n  \"a\": 1,\n  \"b\" 2\n}", "line 3, column 7", "unexpected character ('2'");
    assertBroken("{\n  \"a\": tru\n}", "line 2", "unrecognized token 'tru'");
    assertBroken("{\"a\": [1}}", "line 1, column 9", "expected ']'");
    assertBroken("{\"a\": \"x\ny\"}", "line 1, column 9");
    assertBroken("{\"a\": 01}", "line 1, column 8");
    assertBroken("{'a': 1}", "line 1, column 2");
    assertBroken("{\"a\": 1,}", "line 1, column 9");
    assertBroken("{\"a\": NaN}", "line 1");
    assertBroken("{\"a\": // comment\n 1}", "line 1");
  }

  @Test
  void brokenJsonThatEndsEarly() throws IOException {
    assertBroken("{\"a\": [1, 2", "ends before the object is complete");
    assertBroken("{\"a\": \"x", "ends before the object is complete");
    assertBroken("{\"a\"", "ends before the object is complete");
  }

  @Test
  void repeatedKeysAndTextAfterTheEnd() throws IOException {
    assertBroken("{\"a\": 1,\n \"a\": 1}", "line 2", "the key \"a\" occurs twice");
    assertBroken("{\"x\": {\"a\": 1, \"a\": 2}}", "the key \"a\" occurs twice");
    assertBroken("{}\n{}", "line 2", "text after the object's end");
  }

  @Test
  void otherThanAnObject() throws IOException {
    config("[1]");
    assertSays(directory, "config.json should hold a JSON object, found a list");
    config("3");
    assertSays(directory, "found a single value");
    config(" \n");
    assertSays(directory, "config.json is empty");
  }

  @Test
  void nestingIsBounded() throws IOException {
    config("{\"a\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}");
    assertSays(directory, "config.json is too large", "100 levels");
    config("{\"a\":" + "1".repeat(2_000) + "}");
    assertSays(directory, "config.json is too large", "1000 digits");
  }

  @Test
  void bytesThatAreNoText() throws IOException {
    Files.write(directory.resolve("config.json"), new byte[] {'{', '"', (byte) 0xff, '"'});
    assertSays(directory, "config.json");
    config("{}");
    Files.write(directory.resolve("template"), new byte[] {(byte) 0xff, (byte) 0xfe});
    CheckpointFiles files = CheckpointFiles.open(directory);
    String message = assertThrows(ModelException.class, () -> files.text("template")).getMessage();
    assertTrue(message.contains("template cannot be read: it is not UTF-8 text"), message);
  }

  private void config(String json) throws IOException {
    Files.writeString(directory.resolve("config.json"), json);
  }

  private void assertBroken(String json, String... parts) throws IOException {
    config(json);
    String message = assertSays(directory, parts);
    assertTrue(message.startsWith(directory.resolve("config.json").toString()), message);
    assertTrue(message.contains("broken JSON"), message);
    for (String noise : List.of("Source", "start marker", "Exception", "jackson", "Feature")) {
      assertFalse(message.contains(noise), message);
    }
  }

  private static String assertSays(Path path, String... parts) {
    String message =
        assertThrows(ModelException.class, () -> CheckpointFiles.open(path)).getMessage();
    for (String part : parts) {
      assertTrue(message.contains(part), message);
    }
    return message;
  }
}
