package dev.mobilellm.launcher.chat;

import dev.mobilellm.spi.Match;
import dev.mobilellm.spi.model.ModelFiles;
import dev.mobilellm.spi.text.ChatTemplate;
import dev.mobilellm.spi.text.ChatTemplateProvider;
import dev.mobilellm.spi.text.Message;
import dev.mobilellm.spi.text.PromptPart;
import dev.mobilellm.spi.text.PromptPart.Special;
import dev.mobilellm.spi.text.PromptPart.Text;
import dev.mobilellm.spi.text.Tokenizer;
import dev.mobilellm.spi.text.TokenizerProvider;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Text for the tiny checkpoints of 192 tokens: one for each of 187 bytes, and five that control.
 */
final class ToyText {

  private static final List<String> SPECIAL =
      List.of("<pad>", "<bos>", "<end>", "<stop>", "<user>", "<assistant>", "<system>");

  private ToyText() {}

  static final class Letters implements Tokenizer {
    @Override
    public int[] encode(String text) {
      return text.getBytes(StandardCharsets.US_ASCII).length == 0
          ? new int[0]
          : text.chars().map(c -> c < 128 ? Math.max(c, SPECIAL.size()) : '?').toArray();
    }

    @Override
    public OptionalInt special(String token) {
      int id = SPECIAL.indexOf(token);
      return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
    }

    @Override
    public Set<String> specialTokens() {
      return Set.copyOf(SPECIAL);
    }

    @Override
    public byte[] decode(int token) {
      String text =
          isSpecial(token) ? SPECIAL.get(token) : String.valueOf((char) (' ' + token % 95));
      return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public boolean isSpecial(int token) {
      return token < SPECIAL.size();
    }

    @Override
    public int vocabularySize() {
      return 192;
    }

    @Override
    public void close() {}
  }

  public static final class LettersProvider implements TokenizerProvider {
    @Override
    public String name() {
      return "letters";
    }

    @Override
    public Match matches(ModelFiles files) {
      return Match.yes("it is a test");
    }

    @Override
    public Tokenizer open(ModelFiles files) {
      return new Letters();
    }
  }

  public static final class RolesProvider implements ChatTemplateProvider {
    @Override
    public String name() {
      return "roles";
    }

    @Override
    public Match matches(ModelFiles files) {
      return Match.yes("it is a test");
    }

    @Override
    public ChatTemplate open(ModelFiles files) {
      return request -> {
        List<PromptPart> parts = new ArrayList<>(List.of(new Special("<bos>")));
        for (Message message : request.messages()) {
          parts.add(new Special("<" + message.role() + ">"));
          parts.add(new Text(message.content()));
          parts.add(new Special("<end>"));
        }
        parts.add(new Special("<assistant>"));
        return parts;
      };
    }
  }
}
