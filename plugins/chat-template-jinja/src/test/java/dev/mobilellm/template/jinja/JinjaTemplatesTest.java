package dev.mobilellm.template.jinja;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.spi.Match;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.text.ChatTemplate;
import dev.mobilellm.spi.text.Message;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where templates and control tokens are found, and how errors read. */
class JinjaTemplatesTest {

  @TempDir private Path directory;

  private ChatTemplate open(Map<String, String> files) {
    return new JinjaTemplates().open(Templates.checkpoint(directory, files));
  }

  private static String render(ChatTemplate template, Map<String, Object> variables) {
    return Templates.spelled(
        template.render(
            new ChatTemplate.Request(
                List.of(Message.user("hi")), true, Set.of("<s>", "</s>"), variables)));
  }

  private static ModelException failure(Runnable work) {
    return assertThrows(ModelException.class, work::run);
  }

  @Test
  void matchesSaysWhereTheTemplateIs() {
    JinjaTemplates provider = new JinjaTemplates();
    assertFalse(provider.matches(Templates.checkpoint(directory, Map.of())).matches());
    assertFalse(
        provider
            .matches(Templates.checkpoint(directory, Map.of("tokenizer_config.json", "{}")))
            .matches());
    assertEquals(
        Match.yes("tokenizer_config.json has \"chat_template\""),
        provider.matches(
            Templates.checkpoint(
                directory, Map.of("tokenizer_config.json", "{\"chat_template\": \"x\"}"))));
    assertEquals(
        Match.yes("chat_template.jinja"),
        provider.matches(Templates.checkpoint(directory, Map.of("chat_template.jinja", "x"))));
  }

  @Test
  void aFileGoesBeforeTheConfig() {
    ChatTemplate template =
        open(
            Map.of(
                "chat_template.jinja",
                "file {{ messages[0].content }}\n",
                "tokenizer_config.json",
                "{\"chat_template\": \"config\"}"));
    assertEquals("file hi", render(template, Map.of()));
  }

  @Test
  void namedTemplatesAreChosenByTools() {
    ChatTemplate template =
        open(
            Map.of(
                "tokenizer_config.json",
                """
                {"chat_template": [
                  {"name": "default", "template": "plain"},
                  {"name": "tool_use", "template": "{{ tools | length }} tools"}]}
                """));
    assertEquals("plain", render(template, Map.of()));
    assertEquals("plain", render(template, Map.of("tools", List.of())));
    assertEquals("2 tools", render(template, Map.of("tools", List.of(1, 2))));
  }

  @Test
  void aSingleNamedTemplateIsTheDefault() {
    assertEquals(
        "x",
        render(
            open(
                Map.of(
                    "tokenizer_config.json",
                    "{\"chat_template\": [{\"name\": \"rag\", \"template\": \"x\"}]}")),
            Map.of()));
  }

  @Test
  void tokensComeAsTextOrObject() {
    String template = "{{ bos_token }}|{{ eos_token }}|{{ pad_token }}|{{ sep_token is defined }}";
    assertEquals(
        "<s>|</s>|<pad>|False",
        render(
            open(
                Map.of(
                    "chat_template.jinja",
                    template,
                    "tokenizer_config.json",
                    "{\"bos_token\": {\"content\": \"<s>\"}, \"eos_token\": \"</s>\"}",
                    "special_tokens_map.json",
                    "{\"eos_token\": \"overridden\", \"pad_token\": {\"content\": \"<pad>\"}}")),
            Map.of()));
  }

  @Test
  void toolsAreNoneUnlessGivenAndNullIsNone() {
    ChatTemplate template =
        open(Map.of("chat_template.jinja", "{{ tools is none }}{{ documents is none }}{{ x }}"));
    Map<String, Object> variables = new HashMap<>();
    variables.put("x", null);
    assertEquals("TrueTrueNone", render(template, variables));
    assertEquals("FalseTrue", render(template, Map.of("tools", List.of(1))));
  }

  @Test
  void fieldsOfMessagesKeepTheirOrder() {
    Map<String, Object> fields = new java.util.LinkedHashMap<>();
    for (String name : List.of("z", "y", "x", "w", "v")) {
      fields.put(name, null);
    }
    ChatTemplate template = open(Map.of("chat_template.jinja", "{{ messages[0] | tojson }}"));
    assertEquals(
        "{\"role\": \"tool\", \"content\": \"c\", \"z\": null, \"y\": null, \"x\": null, \"w\":"
            + " null, \"v\": null}",
        Templates.spelled(
            template.render(
                new ChatTemplate.Request(
                    List.of(new Message("tool", "c", fields)), true, Set.of(), Map.of()))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '§',
      quoteCharacter = '`',
      textBlock =
          """
          [] § "chat_template"
          5 § "chat_template"
          [{"name": "a"}] § "name" and "template"
          [{"name": "a", "template": "x"}, {"name": "b", "template": "y"}] § named "default"
          """)
  void aBrokenListOfTemplatesIsNamed(String value, String part) {
    ModelException error =
        failure(() -> open(Map.of("tokenizer_config.json", "{\"chat_template\": " + value + "}")));
    assertTrue(error.getMessage().contains("tokenizer_config.json"), error.getMessage());
    assertTrue(error.getMessage().contains(part), error.getMessage());
  }

  @Test
  void aBrokenTokenIsNamed() {
    ModelException error =
        failure(
            () ->
                open(
                    Map.of(
                        "chat_template.jinja",
                        "x",
                        "tokenizer_config.json",
                        "{\"bos_token\": [1]}")));
    assertTrue(error.getMessage().contains("\"bos_token\""), error.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '§',
      quoteCharacter = '`',
      textBlock =
          """
          {% include 'x' %} § the tag 'include' is not supported
          {{ messages | groupby('role') }} § the filter 'groupby' is not supported
          {{ messages is fancy }} § the test 'fancy' is not supported
          {{ cycler(1) }} § 'cycler' is not supported
          {% for x in y recursive %}{% endfor %} § 'recursive' loops are not supported
          {% for x in messages %} § 'endfor' is missing
          {% if true %}{% endfor %} § unexpected 'endfor' where 'endif' is missing
          {% break %} § 'break' is outside of a loop
          {% for x in y %}{% set z %}{% continue %}{% endset %}{% endfor %} § 'continue' is outside
          {{ messages[ }} § unexpected
          {{ 'x § unexpected '''
          {# x § a comment is not closed
          {{ x § a tag is not closed
          {{ x }}} {{ y § a tag is not closed
          {% set true = 1 %} § 'true' cannot be set
          """)
  void whatIsBrokenOrUnsupportedIsRefusedAtOpen(String line, String reason) {
    ModelException error =
        failure(() -> open(Map.of("chat_template.jinja", "first\n{# second #}\n" + line)));
    assertTrue(error.getMessage().contains("(chat_template.jinja, line 3): "), error.getMessage());
    assertTrue(error.getMessage().contains(reason), error.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '§',
      quoteCharacter = '`',
      textBlock =
          """
          {{ zz.y }} § 'zz' is undefined
          {{ messages[0].zz.y }} § 'zz' is undefined
          {{ messages[0].items }} § printing a function
          {{ messages | map(attribute='role') }} § printing a generator
          {{ 'a' + 1 }} § '+' with a string and an integer
          {% for x in none %}{% endfor %} § a loop over none
          {% if true %}{% for m in messages %}{{ m.content | batch }}{% endfor %}{% endif %} § 'batch'
          {% macro m() %}{{ m() }}{% endmacro %}{{ m() }} § macros call each other
          {{ range(1000000) }} § range()
          {% set messages.x = 1 %} § messages is no namespace
          """)
  void whatFailsLaterNamesItsLine(String line, String reason) {
    ChatTemplate template = open(Map.of("chat_template.jinja", "first\n{# second #}\n" + line));
    ModelException error = failure(() -> render(template, Map.of()));
    assertTrue(error.getMessage().contains("(chat_template.jinja, line 3): "), error.getMessage());
    assertTrue(error.getMessage().contains(reason), error.getMessage());
  }

  @Test
  void whatATemplateRaisesIsItsOwnSentence() {
    ChatTemplate template =
        open(
            Map.of(
                "chat_template.jinja",
                "{% for m in messages %}\n"
                    + "{{ raise_exception('No ' + m.content + ' here') }}\n"
                    + "{% endfor %}"));
    assertEquals(
        "The chat template refuses this conversation (chat_template.jinja, line 2): No hi here.",
        failure(() -> render(template, Map.of())).getMessage());
  }

  @Test
  void aTemplateInTheListIsNamedInErrors() {
    ModelException error =
        failure(
            () ->
                open(
                    Map.of(
                        "tokenizer_config.json",
                        "{\"chat_template\": [{\"name\": \"default\", \"template\": \"{{\"}]}")));
    assertTrue(
        error.getMessage().contains("(tokenizer_config.json, template \"default\", line 1)"),
        error.getMessage());
  }

  @Test
  void numbersBeyond64BitsAreRefused() {
    ChatTemplate template = open(Map.of("chat_template.jinja", "{{ x }}"));
    assertEquals("7", render(template, Map.of("x", BigInteger.valueOf(7))));
    assertThrows(ModelException.class, () -> render(template, Map.of("x", BigInteger.TWO.pow(64))));
  }
}
