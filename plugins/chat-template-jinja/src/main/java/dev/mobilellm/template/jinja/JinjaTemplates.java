package dev.mobilellm.template.jinja;

import dev.mobilellm.spi.Match;
import dev.mobilellm.spi.model.ModelFiles;
import dev.mobilellm.spi.text.ChatTemplate;
import dev.mobilellm.spi.text.ChatTemplateProvider;
import java.time.Clock;

/** Chat templates in Jinja, as Transformers renders them: see docs/chat-templates.md. */
public final class JinjaTemplates implements ChatTemplateProvider {

  @Override
  public String name() {
    return "jinja";
  }

  @Override
  public Match matches(ModelFiles files) {
    return TemplateFiles.location(files)
        .map(Match::yes)
        .orElse(
            Match.no("neither chat_template.jinja nor \"chat_template\" in tokenizer_config.json"));
  }

  @Override
  public ChatTemplate open(ModelFiles files) {
    return new JinjaTemplate(
        TemplateFiles.templates(files), TemplateFiles.tokens(files), Clock.systemDefaultZone());
  }
}
