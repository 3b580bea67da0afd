package dev.mobilellm.testkit;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A chat of the kind that the demo model knows, as its template and tokenizer make it: what the
 * loss of a device's kernels or of a weight encoding is judged on.
 *
 * @param question what the user asks
 * @param answer what the model should say, without its end token
 * @param prompt ids up to the answer, BOS and default system message included
 * @param reply ids of the answer and the token that ends it
 */
public record DemoChat(String question, String answer, int[] prompt, int[] reply) {

  private static final String FOLDER = "demo-chats/";

  /** All 41: each kind of question that the model's card lists, with right answers. */
  public static List<DemoChat> all() {
    String[] chats = text("chats.txt").split("\n\n");
    // A line for each prompt, then one for its answer: together also a text for perplexity.
    List<int[]> ids = text("tokens.txt").lines().map(DemoChat::ids).toList();
    List<DemoChat> all = new ArrayList<>();
    for (int i = 0; i < chats.length; i++) {
      String[] parts = chats[i].strip().split("\n", 2);
      all.add(new DemoChat(parts[0], parts[1], ids.get(2 * i), ids.get(2 * i + 1)));
    }
    return all;
  }

  /** Prompt and answer. */
  public int[] tokens() {
    int[] tokens = Arrays.copyOf(prompt, prompt.length + reply.length);
    System.arraycopy(reply, 0, tokens, prompt.length, reply.length);
    return tokens;
  }

  private static String text(String file) {
    return new String(Fixtures.bytes(FOLDER + file), StandardCharsets.UTF_8);
  }

  private static int[] ids(String line) {
    return Arrays.stream(line.split(" ")).mapToInt(Integer::parseInt).toArray();
  }
}
