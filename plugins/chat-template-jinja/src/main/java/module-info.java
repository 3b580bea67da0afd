/** Chat templates through Jinjava. */
module dev.mobilellm.template.jinja {
  requires dev.mobilellm.spi;
  requires jinjava;

  // What Jinjava needs: it has no descriptor that could say so.
  requires com.fasterxml.jackson.databind;
  requires com.fasterxml.jackson.dataformat.yaml;
  requires com.fasterxml.jackson.datatype.jdk8;
  requires com.google.common;
  requires java.desktop;
  requires org.apache.commons.lang3;
  requires org.slf4j;

  provides dev.mobilellm.spi.text.ChatTemplateProvider with
      dev.mobilellm.template.jinja.JinjaTemplates;
}
