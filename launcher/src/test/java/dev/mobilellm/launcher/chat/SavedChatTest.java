package dev.mobilellm.launcher.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.text.Message;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SavedChatTest {

  private static final List<Message> MESSAGES =
      List.of(
          Message.system("Be brief."),
          Message.user("Say \"hi\"\\\nin \\boxed{}, <|eot_id|> größer 🙂"),
          Message.assistant(""));

  @TempDir private Path folder;

  @Test
  void whatIsWrittenIsRead() {
    Path file = folder.resolve("chat.json");
    SavedChat.write(file, MESSAGES);
    assertEquals(MESSAGES, SavedChat.read(file));
    SavedChat.write(file, List.of());
    assertEquals(List.of(), SavedChat.read(file));
  }

  @Test
  void otherFilesAreNotReplaced() throws IOException {
    Path file = Files.writeString(folder.resolve("notes.txt"), "mine");
    assertThrows(UsageException.class, () -> SavedChat.write(file, MESSAGES));
    assertEquals("mine", Files.readString(file));
  }

  @Test
  void otherFieldsAreSkipped() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("chat.json"),
            "{\"messages\":[{\"role\":\"user\",\"id\":{\"a\":[1]},\"content\":\"hi\"}],\"x\":1}");
    assertEquals(List.of(Message.user("hi")), SavedChat.read(file));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "hello",
        "[]",
        "{}",
        "{\"messages\":1}",
        "{\"messages\":[{\"role\":\"user\"}]}",
        "{\"messages\":[{\"role\":\"user\",\"content\":7}]}",
        "{\"messages\":[{\"role\":\"nobody\",\"content\":\"hi\"}]}",
        "{\"messages\":[\"hi\"]}",
        "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}"
      })
  void whatIsNoConversationIsRefused(String text) throws IOException {
    Path file = Files.writeString(folder.resolve("chat.json"), text);
    UsageException e = assertThrows(UsageException.class, () -> SavedChat.read(file));
    assertTrue(e.getMessage().contains("chat.json"), e.getMessage());
  }

  @Test
  void missingFilesAndFoldersAreNamed() {
    Path file = folder.resolve("nowhere/chat.json");
    assertTrue(
        assertThrows(UsageException.class, () -> SavedChat.read(file))
            .getMessage()
            .endsWith("cannot be read: there is no such file or folder."));
    assertTrue(
        assertThrows(UsageException.class, () -> SavedChat.write(file, MESSAGES))
            .getMessage()
            .endsWith("cannot be written: there is no such file or folder."));
  }
}
