/** What the project is measured with; not shipped. */
module dev.mobilellm.benchmarks {
  requires com.fasterxml.jackson.databind;
  requires dev.mobilellm.checkpoint;
  requires dev.mobilellm.runtime;
  requires jmh.core;
  // What charts are drawn with.
  requires java.desktop;
  requires java.net.http;
  requires java.xml;
  requires org.apache.xmlgraphics.batik.svggen;
  requires org.knowm.xchart;
  // JMH uses both without saying so.
  requires java.management;
  requires jdk.unsupported;

  // JMH calls what its annotation processor makes.
  opens dev.mobilellm.benchmarks.kernels.jmh_generated to
      jmh.core;
}
