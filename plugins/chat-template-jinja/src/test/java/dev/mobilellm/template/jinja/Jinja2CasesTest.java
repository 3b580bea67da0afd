package dev.mobilellm.template.jinja;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.model.Settings;
import dev.mobilellm.spi.text.ChatTemplate;
import dev.mobilellm.spi.text.Message;
import dev.mobilellm.testkit.Fixtures;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every case is rendered as Python's Jinja2 renders it, or refused; none differs in silence. */
class Jinja2CasesTest {

  @TempDir private Path directory;

  @Test
  void fixturesAreEqualExceptWhereJinja2FailsToo() {
    Settings cases = read(new String(Fixtures.bytes("jinja/cases.json"), StandardCharsets.UTF_8));
    assertEquals(Set.of("raise", "do"), refused(cases, "name", false));
    assertEquals(Set.of(), refused(cases, "name", true));
  }

  /** What Jinja2 renders and this plugin refuses; docs/chat-templates.md has the same list. */
  @Test
  void moreCasesAreEqualOrRefused() {
    Set<String> expected =
        Set.of(
            // Identity of anything but true, false and none.
            "{{ 3 is eq 3 }}{{ 3 is ne(4) }}{{ 3 is gt 2 }}{{ 3 is in [3] }}{{ 'a' is in 'abc' }}"
                + "{{ 3 is lt 3 }}{{ 3 is ge 3 }}{{ 3 is sameas 3 }}",
            "{{ true is sameas true }}{{ none is sameas none }}{{ 1 is sameas true }}",
            // Digits that are no decimal digits.
            "{{ 'abc'.isalpha() }}{{ 'ab1'.isalnum() }}{{ '12'.isdigit() }}{{ ''.isdigit() }}"
                + "{{ ' '.isspace() }}{{ '²'.isdigit() }}",
            // A slice of a literal that has none.
            "{{ none[1:] }}",
            // Formats beyond %s, %d, %i and %%.
            "{{ '%5.2f' % 3.14159 }}",
            "{{ 'abc'.format() }}",
            // HTML-escaped text that is used again.
            "{{ ('<' | safe) + '<' }}",
            "{{ ('<' | e) ~ '<' }}",
            "{{ '<' | e | upper }}",
            // Tags and names.
            "{% macro f() %}{{ caller() }}{% endmacro %}{% call f() %}x{% endcall %}",
            "{% macro f() %}{{ varargs }}{% endmacro %}{{ f(1) }}",
            "{% with a = 1 %}{{ a }}{% endwith %}",
            "{% block a %}x{% endblock %}",
            "{% autoescape true %}{{ '<' }}{% endautoescape %}",
            "{{ cycler('a','b').next() }}",
            "{{ joiner(', ')() }}",
            "{{ dict(a=1, b=2) }} {{ dict({'x': 1}, y=2) }} {{ dict([('a', 1)]) }}",
            // Values that print their type.
            "{{ range(1, 10, 3) | list }} {{ range(3, 0) | list }} {{ range(5, 0, -2) | list }}"
                + " {{ range(3) }}",
            "{{ 'abc'.encode() }}",
            "{{ ''.__class__ }}",
            // Integers beyond 64 bits.
            "{{ 9223372036854775807 + 1 }}",
            "{{ 99999999999999999999 }}");
    Settings cases = read(Templates.resource("jinja2-cases.json"));
    assertEquals(new TreeSet<>(expected), refused(cases, "template", true));
    assertTrue(refused(cases, "template", false).size() > expected.size());
  }

  /**
   * Renders all cases and checks those that render.
   *
   * @param id the key of a case's name
   * @param renderable whether to give only those refused that Jinja2 renders
   */
  private static Set<String> refused(Settings file, String id, boolean renderable) {
    Set<String> refused = new TreeSet<>();
    for (Object entry : (List<?>) file.find("cases").orElseThrow()) {
      Settings testCase = new Settings("case", tree(entry));
      String expected = testCase.text("expected").orElseThrow();
      boolean raises = expected.startsWith("EXC ");
      String name = testCase.text(id).orElseThrow();
      try {
        String rendered =
            render(testCase.text("template").orElseThrow(), file.object("context").orElseThrow());
        assertEquals(expected, rendered, name);
      } catch (ModelException e) {
        assertTrue(e.getMessage().contains("chat_template.jinja, line "), e.getMessage());
        if (!(renderable && raises)) {
          refused.add(name);
        }
      }
    }
    return refused;
  }

  private static String render(String template, Settings context) {
    Map<String, Object> variables = new LinkedHashMap<>(context.values());
    List<Message> messages = new ArrayList<>();
    for (Object message : (List<?>) variables.remove("messages")) {
      messages.add(Templates.message((Map<?, ?>) message));
    }
    Map<String, String> tokens = new LinkedHashMap<>();
    for (String token : List.of("bos_token", "eos_token")) {
      tokens.put(token, (String) variables.remove(token));
    }
    ChatTemplate.Request request =
        new ChatTemplate.Request(
            messages,
            (Boolean) variables.remove("add_generation_prompt"),
            Set.of("<s>", "</s>", "<|im_start|>", "<|im_end|>", "<|eot_id|>", "<think>"),
            variables);
    return Templates.spelled(Templates.of(template, tokens).render(request));
  }

  private Settings read(String json) {
    return Templates.checkpoint(directory, Map.of("cases.json", json))
        .json("cases.json")
        .orElseThrow();
  }

  @SuppressWarnings("unchecked") // keys of a JSON object are strings
  private static Map<String, Object> tree(Object object) {
    return (Map<String, Object>) object;
  }
}
