/** Chat templates through Jinjava. */
module dev.mobilellm.template.jinja {
  requires dev.mobilellm.spi;
  requires jinjava;

  provides dev.mobilellm.spi.text.ChatTemplateProvider with
      dev.mobilellm.template.jinja.JinjaTemplates;
}
