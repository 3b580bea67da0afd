/** The protocol of OpenAI over HTTP, in front of a model's scheduler. */
module dev.mobilellm.server {
  requires transitive dev.mobilellm.runtime;
  requires com.fasterxml.jackson.databind;
  requires io.helidon.common.buffers;
  requires io.helidon.common.concurrency.limits;
  requires io.helidon.common.configurable;
  requires io.helidon.common.pki;
  requires io.helidon.common.socket;
  requires io.helidon.http;
  requires io.helidon.webserver;

  exports dev.mobilellm.server;
}
