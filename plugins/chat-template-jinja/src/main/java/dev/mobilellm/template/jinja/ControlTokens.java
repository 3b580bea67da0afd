package dev.mobilellm.template.jinja;

import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.text.PromptPart;
import dev.mobilellm.template.jinja.python.Marks;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The control tokens of a tokenizer, found in rendered text where the template wrote them. Typed
 * characters are marked there (see {@link Marks}), so they are part of no spelling. Immutable.
 */
final class ControlTokens {

  private final Set<String> spellings;

  /** By first character, the longest first. */
  private final Map<Character, List<String>> byStart = new HashMap<>();

  /**
   * @throws ModelException if a spelling has no character that could be marked
   */
  ControlTokens(Set<String> spellings) {
    this.spellings = spellings;
    for (String spelling : spellings) {
      if (spelling.chars().noneMatch(Marks::isMarkable)) {
        throw new ModelException(
            "The control token \"%s\" has no visible ASCII character, so text that a user typed could"
                    .formatted(spelling)
                + " not be told from it; remove it from the special tokens of tokenizer.json.");
      }
      byStart.computeIfAbsent(spelling.charAt(0), start -> new ArrayList<>()).add(spelling);
    }
    byStart.values().forEach(list -> list.sort(Comparator.comparingInt(String::length).reversed()));
  }

  boolean isOf(Set<String> others) {
    return spellings.equals(others);
  }

  /** Splits rendered text; of overlapping tokens the first, and of those the longest counts. */
  List<PromptPart> split(String rendered) {
    List<PromptPart> parts = new ArrayList<>();
    int textStart = 0;
    int i = 0;
    while (i < rendered.length()) {
      String token = at(rendered, i);
      if (token == null) {
        i++;
        continue;
      }
      text(parts, rendered.substring(textStart, i));
      parts.add(new PromptPart.Special(token));
      i += token.length();
      textStart = i;
    }
    text(parts, rendered.substring(textStart));
    return List.copyOf(parts);
  }

  private String at(String rendered, int position) {
    for (String token : byStart.getOrDefault(rendered.charAt(position), List.of())) {
      if (rendered.startsWith(token, position)) {
        return token;
      }
    }
    return null;
  }

  private static void text(List<PromptPart> parts, String text) {
    if (!text.isEmpty()) {
      parts.add(new PromptPart.Text(Marks.plain(text)));
    }
  }
}
