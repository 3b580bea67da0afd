package dev.mobilellm.launcher.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.launcher.Console;
import dev.mobilellm.launcher.ExitCode;
import dev.mobilellm.runtime.LanguageModel;
import dev.mobilellm.spi.text.Message;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChatTest {

  @TempDir private Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private LanguageModel model;
  private ChatSession session;

  @BeforeEach
  void load() {
    model = ToyModel.load(folder, 100);
    session = new ChatSession(model, ToyModel.tokens(5));
  }

  @AfterEach
  void close() {
    session.close();
    model.close();
  }

  @Test
  void eachLineIsAnsweredOnALineOfItsOwn() {
    assertEquals(ExitCode.OK, chat("hello\n\n   \nand then\n"));
    List<Message> messages = session.messages();
    assertEquals(4, messages.size());
    assertEquals("hello", messages.get(0).content());
    assertEquals("and then", messages.get(2).content());
    assertEquals(
        messages.get(1).content() + "\n" + messages.get(3).content() + "\n", out.toString());
  }

  @Test
  void answersThatAreCutAreExplained() {
    chat("hello\n");
    assertEquals("mobilellm: The answer was cut at --max-tokens 5.\n", err.toString());
    chat("x".repeat(80) + "\n");
    assertTrue(
        err.toString().contains("The context of 100 tokens is full; /reset"), err.toString());
  }

  @Test
  void aFailedTurnDoesNotEndTheChat() {
    assertEquals(ExitCode.MODEL, chat("x".repeat(200) + "\nhello\n"));
    assertEquals(2, session.messages().size());
    assertTrue(err.toString().contains("the context holds 100; /reset"), err.toString());
  }

  @Test
  void quittingLeavesTheRestUnread() {
    assertEquals(ExitCode.OK, chat("/quit\nhello\n"));
    assertEquals("", out.toString());
    assertEquals(List.of(), session.messages());
  }

  @Test
  void systemMessagesAreSetShownAndRemoved() {
    chat("/system Be brief,\\\nplease.\n/system\n/system \"\"\n/system\n");
    assertEquals(
        """
        mobilellm: The system message is set.
        mobilellm: The system message is: Be brief,
        please.
        mobilellm: The system message is removed.
        mobilellm: There is none.
        """,
        err.toString());
  }

  @Test
  void statsTellWhatWasCached() {
    chat("/stats\n");
    assertEquals("context  0 of 100 tokens, 0 answers\n", err.toString());
    chat("hello\nagain\n");
    err.reset();
    chat("/stats\n");
    int cached = session.last().orElseThrow().cachedTokens();
    assertTrue(cached >= 9);
    assertTrue(
        err.toString()
            .startsWith(
                "prompt    %d tokens, %d of them from the cache\nprefill   "
                    .formatted(session.last().orElseThrow().promptTokens(), cached)),
        err.toString());
    assertTrue(err.toString().contains("of 100 tokens, 2 answers\n"));
    assertTrue(err.toString().contains("ended by  length, seed "));
  }

  @Test
  void aSavedConversationGoesOnElsewhere() {
    Path file = folder.resolve("with space.json");
    chat("hello\n/save " + file + "\n/reset\n/load " + file + "\nagain\n");
    assertTrue(Files.exists(file));
    assertTrue(err.toString().contains("2 messages are in " + file), err.toString());
    assertEquals(4, session.messages().size());
    assertEquals("hello", session.messages().getFirst().content());
  }

  @Test
  void helpNamesEveryCommand() {
    chat("/help\n");
    for (SlashCommand command : SlashCommand.values()) {
      assertTrue(err.toString().contains("  " + command.word()), command.word());
    }
    assertEquals("", out.toString());
  }

  @Test
  void unknownCommandsAreNotAnswered() {
    assertEquals(ExitCode.MODEL, chat("/etc/hosts is what?\n/reset now\n/save\n"));
    assertEquals(List.of(), session.messages());
    assertTrue(err.toString().contains("There is no command /etc/hosts; /help"), err.toString());
    assertTrue(err.toString().contains("/reset takes no argument."), err.toString());
    assertTrue(err.toString().contains("/save needs a file: /save FILE"), err.toString());
  }

  @Test
  void behindASpaceASlashIsText() {
    assertEquals(ExitCode.OK, chat(" /quit\n"));
    assertEquals(" /quit", session.messages().getFirst().content());
  }

  @Test
  void aReaderThatGoesAwayEndsTheChat() {
    OutputStream closed =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("broken pipe");
          }
        };
    Console console = console("hello\nagain\n", new PrintStream(closed, true));
    assertEquals(ExitCode.BROKEN_PIPE, chat(console));
    assertFalse(session.messages().size() > 2);
  }

  private int chat(String typed) {
    return chat(console(typed, new PrintStream(out, true, StandardCharsets.UTF_8)));
  }

  private int chat(Console console) {
    return new Chat(console, session, new PipedInput(console.in())).run();
  }

  private Console console(String typed, PrintStream stdout) {
    return Console.of(
        new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8)),
        stdout,
        new PrintStream(err, true, StandardCharsets.UTF_8));
  }
}
