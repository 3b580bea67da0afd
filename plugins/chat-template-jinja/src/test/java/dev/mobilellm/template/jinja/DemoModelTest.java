package dev.mobilellm.template.jinja;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.spi.model.ModelFiles;
import dev.mobilellm.spi.text.ChatTemplate;
import dev.mobilellm.spi.text.Message;
import dev.mobilellm.testkit.ChatTemplateContract;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The template of the demo model: the contract, and the prompts that its golden answers start with.
 */
class DemoModelTest extends ChatTemplateContract {

  private static final Set<String> TOKENS =
      Set.of(
          "<|begin_of_text|>",
          "<|end_of_text|>",
          "<|start_header_id|>",
          "<|end_header_id|>",
          "<|eom_id|>",
          "<|eot_id|>",
          "<|pad|>");

  @TempDir private Path directory;
  private ModelFiles files;

  @BeforeEach
  void copyModel() {
    Map<String, String> copies = new HashMap<>();
    for (String name :
        List.of(
            "chat_template.jinja",
            "golden.json",
            "tokenizer_config.json",
            "special_tokens_map.json")) {
      copies.put(name, Templates.resource("demo-model/" + name));
    }
    files = Templates.checkpoint(directory, copies);
  }

  @Override
  protected ChatTemplate template() {
    return new JinjaTemplates().open(files);
  }

  @Override
  protected Set<String> specialTokens() {
    return TOKENS;
  }

  @Test
  void promptsAreThoseOfTheGoldenAnswers() {
    List<?> cases = (List<?>) files.json("golden.json").orElseThrow().find("cases").orElseThrow();
    ChatTemplate template = template();
    assertFalse(cases.isEmpty());
    for (Object entry : cases) {
      Map<?, ?> golden = (Map<?, ?>) entry;
      List<Message> messages = new ArrayList<>();
      for (Object message : (List<?>) golden.get("messages")) {
        messages.add(Templates.message((Map<?, ?>) message));
      }
      assertEquals(golden.get("prompt"), Templates.spelled(template.render(request(messages))));
    }
  }

  @Test
  void severalThreadsRenderAtOnce() throws Exception {
    ChatTemplate template = template();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<String>> prompts = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        List<Message> messages = List.of(Message.user("number " + i), Message.assistant("x" + i));
        prompts.add(threads.submit(() -> Templates.spelled(template.render(request(messages)))));
      }
      for (int i = 0; i < prompts.size(); i++) {
        String prompt = prompts.get(i).get();
        assertTrue(prompt.contains("number " + i + "<|eot_id|>"), prompt);
        assertTrue(prompt.contains("x" + i + "<|eot_id|>"), prompt);
      }
    }
  }

  private static ChatTemplate.Request request(List<Message> messages) {
    return new ChatTemplate.Request(messages, true, TOKENS, Map.of());
  }
}
