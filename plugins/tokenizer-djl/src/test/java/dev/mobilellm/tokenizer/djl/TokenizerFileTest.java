package dev.mobilellm.tokenizer.djl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mobilellm.checkpoint.CheckpointFiles;
import dev.mobilellm.spi.Match;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.text.Tokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Unusual and broken files, made from that of the demo model. */
class TokenizerFileTest {

  @TempDir Path directory;

  @Test
  void matchesByTheFile() throws IOException {
    Files.writeString(directory.resolve("config.json"), "{}");
    Match no = new DjlTokenizers().matches(CheckpointFiles.open(directory));
    assertFalse(no.matches());
    assertTrue(no.reason().contains("no tokenizer.json"), no.reason());
    Files.writeString(directory.resolve("tokenizer.json"), "{}");
    assertTrue(new DjlTokenizers().matches(CheckpointFiles.open(directory)).matches());
  }

  @Test
  void addedTokensThatAreNotSpecialAreWordsOfTheText() {
    try (Tokenizer tokenizer =
        changed(tree -> add(add(tree, 768, "<tool>", false), 769, "<tool>s", false))) {
      assertArrayEquals(new int[] {768}, tokenizer.encode("<tool>"));
      assertArrayEquals(new int[] {769, 768}, tokenizer.encode("<tool>s<tool>"));
      int[] ids = tokenizer.encode("a <tool>b");
      assertEquals(768, ids[ids.length - 2]);
      assertFalse(tokenizer.isSpecial(768));
      assertTrue(tokenizer.special("<tool>").isEmpty());
      assertEquals("a <tool>b", Opened.decoded(tokenizer, ids));
      assertEquals(770, tokenizer.vocabularySize());
    }
  }

  /** Also where the vocabulary has it, and text could be merged to it. */
  @Test
  void aControlTokenOfTheVocabularyIsNotReachedByText() {
    byte[] json =
        Opened.bytes(
            change(
                tree -> {
                  ObjectNode model = (ObjectNode) tree.get("model");
                  model.put("ignore_merges", true);
                  ObjectNode vocabulary = (ObjectNode) model.get("vocab");
                  vocabulary.put("STOP\u0120\"x\\", 768);
                  vocabulary.put("STOP", 769);
                  tree.putObject("pre_tokenizer")
                      .put("type", "ByteLevel")
                      .put("add_prefix_space", false)
                      .put("trim_offsets", true)
                      .put("use_regex", false);
                }));
    try (Tokenizer tokenizer = Opened.tokenizer(directory, json)) {
      assertArrayEquals(new int[] {769}, tokenizer.encode("STOP"));
      assertArrayEquals(new int[] {768}, tokenizer.encode("STOP \"x\\"));
    }
    ObjectNode tree = change(json);
    add(add(tree, 768, "STOP\u0120\"x\\", true), 769, "STOP", true);
    // The list of added tokens may come last.
    tree.set("added_tokens", tree.remove("added_tokens"));
    try (Tokenizer tokenizer = Opened.tokenizer(directory, Opened.bytes(tree))) {
      for (String text : new String[] {"STOP", "STOP \"x\\", "STOP STOP"}) {
        int[] ids = tokenizer.encode(text);
        assertTrue(Arrays.stream(ids).noneMatch(tokenizer::isSpecial), Arrays.toString(ids));
        assertEquals(text, Opened.decoded(tokenizer, ids));
      }
      assertEquals(769, tokenizer.special("STOP").orElseThrow());
    }
  }

  @Test
  void idsMayHaveGapsAndAddedTokensAnyCharacters() {
    try (Tokenizer tokenizer = changed(tree -> add(tree, 1000, "<｜é ▁｜>", true))) {
      assertEquals(1001, tokenizer.vocabularySize());
      assertEquals("<｜é ▁｜>", Opened.decoded(tokenizer, 1000));
      assertEquals(0, tokenizer.decode(900).length);
      assertFalse(tokenizer.isSpecial(900));
    }
  }

  @Test
  void aPostProcessorAddsNothing() {
    try (Tokenizer tokenizer = Opened.tokenizer(directory, Opened.demo("tokenizer.json"))) {
      assertTrue(Arrays.stream(tokenizer.encode("text")).noneMatch(tokenizer::isSpecial), "no BOS");
    }
  }

  @Test
  void truncationAndPaddingOfTheFileAreNotApplied() throws IOException {
    String truncation =
        "{\"direction\":\"Right\",\"max_length\":3,\"strategy\":\"LongestFirst\",\"stride\":0}";
    String padding =
        "{\"strategy\":{\"Fixed\":8},\"direction\":\"Right\",\"pad_to_multiple_of\":null,"
            + "\"pad_id\":767,\"pad_type_id\":0,\"pad_token\":\"<|pad|>\"}";
    ObjectNode tree = Opened.demoTree();
    tree.set("truncation", Opened.JSON.readTree(truncation));
    tree.set("padding", Opened.JSON.readTree(padding));
    try (Tokenizer tokenizer = Opened.tokenizer(directory, Opened.bytes(tree))) {
      assertEquals(1, tokenizer.encode("a").length);
      assertEquals("0 1 2 3 4", Opened.decoded(tokenizer, tokenizer.encode("0 1 2 3 4")));
    }
  }

  @Test
  void aClosedTokenizerIsAnError() {
    Tokenizer tokenizer = Opened.tokenizer(directory, Opened.demo("tokenizer.json"));
    tokenizer.close();
    tokenizer.close();
    assertThrows(IllegalStateException.class, () -> tokenizer.encode("text"));
  }

  /** Reading freed memory would end the process. */
  @Test
  void closingWaitsForThoseWhoEncode() throws InterruptedException {
    for (int round = 0; round < 20; round++) {
      Tokenizer tokenizer = Opened.tokenizer(directory, Opened.demo("tokenizer.json"));
      String text = "some text ".repeat(500);
      int tokens = tokenizer.encode(text).length;
      AtomicInteger encoded = new AtomicInteger();
      AtomicReference<Throwable> end = new AtomicReference<>();
      Thread thread =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      while (tokenizer.encode(text).length == tokens) {
                        encoded.incrementAndGet();
                      }
                    } catch (IllegalStateException e) {
                      end.set(e);
                    }
                  });
      while (encoded.get() == 0 && thread.isAlive()) {
        Thread.onSpinWait();
      }
      tokenizer.close();
      thread.join();
      assertInstanceOf(IllegalStateException.class, end.get());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "null", "\"text\"", "{}", "{\"model\":{}}", "{\"model\":[]}"})
  void noTokenizer(String json) {
    assertRefused(json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void brokenJsonNamesTheLine() {
    String json = new String(Opened.demo("tokenizer.json"), StandardCharsets.UTF_8);
    assertRefused(
        json.replace("\"normalizer\": null", "\"normalizer\": nul"),
        "line 70, column 17: broken JSON: unrecognized token 'nul'.");
    assertRefused(json.substring(0, json.indexOf("\"merges\"") + 20), "the text ends before");
    assertRefused(json + "}", "line");
    assertRefused(json.getBytes(StandardCharsets.UTF_16BE), "UTF-8");
  }

  @Test
  void wrongValues() {
    assertRefused(tree -> add(tree, 5, "<|new|>", true), "the id 5", "<|new|>");
    assertRefused(tree -> add(tree, 761, "<|new|>", true), "the id 761 is given to two");
    assertRefused(tree -> vocabulary(tree).put("new", 5), "the id 5 is given to two");
    assertRefused(tree -> vocabulary(tree).put("new", -1), "id should be");
    assertRefused(tree -> vocabulary(tree).put("new", Integer.MAX_VALUE), "id should be");
    assertRefused(tree -> vocabulary(tree).put("new", Long.MAX_VALUE), "id should be");
    assertRefused(tree -> vocabulary(tree).put("new", 1.5), "id should be");
    assertRefused(tree -> vocabulary(tree).put("new", "5"), "id should be");
    assertRefused(tree -> vocabulary(tree).remove("a"), "the byte 0x61");
    assertRefused(tree -> tree.put("added_tokens", 1), "should be a list");
    assertRefused(tree -> tree.putArray("added_tokens").add(1), "should be an object");
    assertRefused(tree -> tree.putArray("added_tokens").addObject(), "needs");
    assertRefused(
        tree -> ((ArrayNode) tree.get("model").get("merges")).add("nothing known"),
        "cannot be used");
    assertRefused(tree -> tree.put("normalizer", "unheard of"), "cannot be used");
  }

  @Test
  void otherKindsAreNamed() {
    assertRefused(tree -> model(tree).put("type", "Unigram").putArray("vocab"), "Unigram");
    assertRefused(tree -> model(tree).put("type", "WordPiece"), "WordPiece");
    assertRefused(tree -> model(tree).put("end_of_word_suffix", "</w>"), "affixes");
    assertRefused(tree -> tree.putObject("decoder").put("type", "Metaspace"), "decoder Metaspace");
    assertRefused(tree -> tree.putNull("pre_tokenizer"), "pre_tokenizer none");
  }

  /** Damage of any kind ends in a tokenizer or in an error with words, never in a crash. */
  @Test
  void damagedFiles() {
    SplittableRandom random = new SplittableRandom(11);
    byte[] json = Opened.demo("tokenizer.json");
    int refused = 0;
    for (int round = 0; round < 150; round++) {
      byte[] damaged = json.clone();
      int at = random.nextInt(damaged.length);
      for (int i = 0; i < 3 && at + i < damaged.length; i++) {
        damaged[at + i] = "{}[]\",:0x\u0000".getBytes(StandardCharsets.UTF_8)[random.nextInt(10)];
      }
      try (Tokenizer tokenizer = Opened.tokenizer(directory, damaged)) {
        tokenizer.encode("text");
      } catch (ModelException e) {
        assertTrue(e.getMessage().contains("tokenizer.json"), e.getMessage());
        refused++;
      }
    }
    assertTrue(refused > 50, refused + " were refused");
  }

  private Tokenizer changed(Consumer<ObjectNode> change) {
    return Opened.tokenizer(directory, Opened.bytes(change(change)));
  }

  private static ObjectNode change(Consumer<ObjectNode> change) {
    ObjectNode tree = Opened.demoTree();
    change.accept(tree);
    return tree;
  }

  private static ObjectNode change(byte[] json) {
    try {
      return (ObjectNode) Opened.JSON.readTree(json);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static ObjectNode add(ObjectNode tree, int id, String content, boolean special) {
    ((ArrayNode) tree.get("added_tokens"))
        .addObject()
        .put("id", id)
        .put("content", content)
        .put("single_word", false)
        .put("lstrip", false)
        .put("rstrip", false)
        .put("normalized", false)
        .put("special", special);
    return tree;
  }

  private static ObjectNode model(ObjectNode tree) {
    return (ObjectNode) tree.get("model");
  }

  private static ObjectNode vocabulary(ObjectNode tree) {
    return (ObjectNode) model(tree).get("vocab");
  }

  private void assertRefused(Consumer<ObjectNode> change, String... parts) {
    assertRefused(Opened.bytes(change(change)), parts);
  }

  private void assertRefused(String json, String... parts) {
    assertRefused(json.getBytes(StandardCharsets.UTF_8), parts);
  }

  private void assertRefused(byte[] json, String... parts) {
    ModelException error =
        assertThrows(ModelException.class, () -> Opened.tokenizer(directory, json).close());
    assertTrue(error.getMessage().contains("tokenizer.json"), error.getMessage());
    for (String part : parts) {
      assertTrue(error.getMessage().contains(part), error.getMessage());
    }
  }
}
