package dev.mobilellm.testkit;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mobilellm.spi.text.ChatTemplate;
import dev.mobilellm.spi.text.Message;
import dev.mobilellm.spi.text.PromptPart;
import dev.mobilellm.spi.text.PromptPart.Special;
import dev.mobilellm.spi.text.PromptPart.Text;
import dev.mobilellm.spi.text.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The contracts of text hold for right plugins and notice wrong ones. */
class TextContractsTest {

  /** A token for each byte, and two control tokens. */
  private static class Bytes implements Tokenizer {

    private static final List<String> SPECIALS = List.of("<s>", "</s>");

    @Override
    public int[] encode(String text) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      int[] ids = new int[bytes.length];
      for (int i = 0; i < ids.length; i++) {
        ids[i] = bytes[i] & 0xff;
      }
      return ids;
    }

    @Override
    public OptionalInt special(String token) {
      int index = SPECIALS.indexOf(token);
      return index < 0 ? OptionalInt.empty() : OptionalInt.of(256 + index);
    }

    @Override
    public Set<String> specialTokens() {
      return Set.copyOf(SPECIALS);
    }

    @Override
    public byte[] decode(int token) {
      if (token < 0) {
        throw new IndexOutOfBoundsException(token);
      }
      if (token >= vocabularySize()) {
        return new byte[0];
      }
      return isSpecial(token)
          ? SPECIALS.get(token - 256).getBytes(StandardCharsets.UTF_8)
          : new byte[] {(byte) token};
    }

    @Override
    public boolean isSpecial(int token) {
      return token >= 256 && token < vocabularySize();
    }

    @Override
    public int vocabularySize() {
      return 258;
    }

    @Override
    public void close() {}
  }

  private static class BytesContract extends TokenizerContract {

    private final Tokenizer tokenizer;

    BytesContract(Tokenizer tokenizer) {
      this.tokenizer = tokenizer;
    }

    @Override
    protected Tokenizer open() {
      return tokenizer;
    }
  }

  private static class LineContract extends ChatTemplateContract {

    private final ChatTemplate template;

    LineContract(ChatTemplate template) {
      this.template = template;
    }

    @Override
    protected ChatTemplate template() {
      return template;
    }

    @Override
    protected Set<String> specialTokens() {
      return Set.of("<s>", "</s>");
    }
  }

  private static List<PromptPart> lines(ChatTemplate.Request request) {
    List<PromptPart> parts = new ArrayList<>();
    for (Message message : request.messages()) {
      parts.add(new Special("<s>"));
      parts.add(new Text(message.role() + ": " + message.content()));
      parts.add(new Special("</s>"));
    }
    if (request.addGenerationPrompt()) {
      parts.add(new Special("<s>"));
      parts.add(new Text("assistant: "));
    }
    return parts;
  }

  @Nested
  class RightTokenizer extends BytesContract {
    RightTokenizer() {
      super(new Bytes());
    }
  }

  @Nested
  class RightTemplate extends LineContract {
    RightTemplate() {
      super(TextContractsTest::lines);
    }
  }

  @Test
  void tokenizerThatReadsControlTokensInTextIsNoticed() {
    TokenizerContract contract =
        new BytesContract(
            new Bytes() {
              @Override
              public int[] encode(String text) {
                return text.contains("<s>") ? new int[] {256} : super.encode(text);
              }
            });
    contract.openTokenizer();
    assertThrows(AssertionError.class, contract::textNeverBecomesAControlToken);
  }

  @Test
  void tokenizerThatTruncatesIsNoticed() {
    TokenizerContract contract =
        new BytesContract(
            new Bytes() {
              @Override
              public int[] encode(String text) {
                return super.encode(text.substring(0, Math.min(512, text.length())));
              }
            });
    contract.openTokenizer();
    assertThrows(AssertionError.class, contract::decodesWhatItEncoded);
  }

  @Test
  void templateThatReadsControlTokensInMessagesIsNoticed() {
    ChatTemplateContract contract =
        new LineContract(
            request ->
                lines(request).stream()
                    .flatMap(
                        part ->
                            part instanceof Text(String text) && text.contains("<s>")
                                ? List.of(part, new Special("<s>")).stream()
                                : List.of(part).stream())
                    .toList());
    assertThrows(AssertionError.class, contract::whatUsersWriteStaysText);
  }

  @Test
  void templateThatIgnoresTheGenerationPromptIsNoticed() {
    ChatTemplateContract contract =
        new LineContract(
            request ->
                lines(
                    new ChatTemplate.Request(
                        request.messages(), false, request.specialTokens(), request.variables())));
    assertThrows(AssertionError.class, contract::generationPromptComesLast);
  }
}
