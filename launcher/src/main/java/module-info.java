/** The command {@code mobilellm}. */
module dev.mobilellm.launcher {
  requires com.fasterxml.jackson.core;
  requires dev.mobilellm.runtime;
  requires dev.mobilellm.server;
  requires info.picocli;
  // What charts are drawn with.
  requires java.desktop;
  requires java.xml;
  requires org.apache.xmlgraphics.batik.svggen;
  requires org.knowm.xchart;
  requires org.jline.reader;
  requires org.jline.terminal;
  // What the web server writes to.
  requires java.logging;
  // JLine reaches the JVM's signal handlers there.
  requires jdk.unsupported;

  opens dev.mobilellm.launcher to
      info.picocli;
  opens dev.mobilellm.launcher.bench to
      info.picocli;
  opens dev.mobilellm.launcher.chat to
      info.picocli;
  opens dev.mobilellm.launcher.convert to
      info.picocli;
  opens dev.mobilellm.launcher.devices to
      info.picocli;
  opens dev.mobilellm.launcher.generate to
      info.picocli;
  opens dev.mobilellm.launcher.inspect to
      info.picocli;
  opens dev.mobilellm.launcher.logits to
      info.picocli;
  opens dev.mobilellm.launcher.main to
      info.picocli;
  opens dev.mobilellm.launcher.perplexity to
      info.picocli;
  opens dev.mobilellm.launcher.plugins to
      info.picocli;
  opens dev.mobilellm.launcher.serve to
      info.picocli;
}
