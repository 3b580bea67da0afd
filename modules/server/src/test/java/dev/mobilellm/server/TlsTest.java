package dev.mobilellm.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.runtime.scheduling.SchedulerOptions;
import dev.mobilellm.spi.UsageException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTPS with a certificate that is made here. */
class TlsTest {

  private static final char[] PASSWORD = "changeit".toCharArray();

  @TempDir private static Path folder;
  private static SSLContext trusting;

  @BeforeAll
  static void makeFiles() throws Exception {
    Certificate certificate = make("good", "-keyalg", "RSA");
    make("other", "-keyalg", "RSA");
    make("longer", "-keyalg", "RSA", "-keysize", "4096");
    Certificate curve = make("ec", "-keyalg", "EC", "-groupname", "secp256r1");
    make("otherec", "-keyalg", "EC", "-groupname", "secp256r1");
    make("longerec", "-keyalg", "EC", "-groupname", "secp384r1");
    Files.writeString(folder.resolve("text.pem"), "no certificate\n");
    Files.writeString(folder.resolve("empty.pem"), "");
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("server", certificate);
    trusted.setCertificateEntry("curve", curve);
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    trusting = SSLContext.getInstance("TLS");
    trusting.init(null, trust.getTrustManagers(), null);
  }

  @ParameterizedTest
  @ValueSource(strings = {"good", "ec"})
  void itAnswersOverHttps(String name) throws Exception {
    try (DemoServer demo = start(name + ".crt", name + ".key", ServerOptions.Limits.DEFAULT);
        HttpClient client = HttpClient.newBuilder().sslContext(trusting).build()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + demo.port() + "/health"))
              .build();
      assertEquals(200, client.send(request, BodyHandlers.ofString()).statusCode());
      assertThrows(java.io.IOException.class, () -> demo.get("/health"));
    }
  }

  @Test
  void whoNeverReadsLosesAnEncryptedConnectionToo() throws Exception {
    ServerOptions.Limits limits = SlowReaderTest.limits(Duration.ofMillis(300));
    try (DemoServer demo = start("good.crt", "good.key", limits);
        Socket slow = trusting.getSocketFactory().createSocket()) {
      slow.setReceiveBufferSize(1 << 16);
      slow.connect(new InetSocketAddress("127.0.0.1", demo.port()));
      Raw.send(
          slow,
          "{" + DemoServer.LONG + ",\"stream\":true,\"logprobs\":20,\"n\":4}",
          "Connection: close\r\n");
      while (demo.server().status().totals().accepted() == 0) {
        Thread.sleep(1);
      }
      assertTrue(demo.server().drain(Duration.ofMinutes(2)));
      assertTrue(SlowReaderTest.isCutOff(slow));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "missing.crt, good.key",
    "good.crt,    missing.key",
    "text.pem,    good.key",
    "good.crt,    text.pem",
    "good.crt,    empty.pem",
    "good.key,    good.crt",
    "good.crt,    other.key",
    "good.crt,    longer.key",
    "good.crt,    ec.key",
    "ec.crt,      good.key",
    "ec.crt,      otherec.key",
    "ec.crt,      longerec.key",
    "longerec.crt, ec.key",
  })
  void filesThatDoNotServeAreOneSentence(String certificate, String key) {
    UsageException e =
        assertThrows(
            UsageException.class,
            () -> start(certificate, key, ServerOptions.Limits.DEFAULT).close());
    assertTrue(e.getMessage().contains(certificate) && e.getMessage().contains(key), e::toString);
    assertFalse(e.getMessage().contains("Exception"), e.getMessage());
    assertFalse(e.getMessage().contains("\n"), e.getMessage());
  }

  @Test
  void anotherKeyIsCalledThat() {
    UsageException e =
        assertThrows(
            UsageException.class,
            () -> start("ec.crt", "otherec.key", ServerOptions.Limits.DEFAULT).close());
    assertTrue(e.getMessage().contains("the key does not belong to the certificate"), e::toString);
  }

  private static DemoServer start(String certificate, String key, ServerOptions.Limits limits) {
    return DemoServer.start(
        SchedulerOptions.DEFAULT,
        new ServerOptions(
            "127.0.0.1",
            0,
            DemoServer.MODEL,
            "1.2.3",
            List.of(),
            List.of(),
            true,
            Optional.of(new ServerOptions.Tls(folder.resolve(certificate), folder.resolve(key))),
            limits));
  }

  /** NAME.crt and NAME.key, through the JDK's own tool. */
  private static Certificate make(String name, String... algorithm) throws Exception {
    Path store = folder.resolve(name + ".p12");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of("-genkeypair", "-alias", "server", "-dname", "CN=localhost"));
    command.addAll(List.of("-ext", "san=ip:127.0.0.1", "-storetype", "PKCS12"));
    command.addAll(List.of("-keystore", store.toString(), "-storepass", new String(PASSWORD)));
    command.addAll(List.of(algorithm));
    Process keytool = new ProcessBuilder(command).inheritIO().start();
    assertEquals(0, keytool.waitFor());
    KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD);
    Certificate certificate = keys.getCertificate("server");
    write(name + ".crt", "CERTIFICATE", certificate.getEncoded());
    write(name + ".key", "PRIVATE KEY", keys.getKey("server", PASSWORD).getEncoded());
    return certificate;
  }

  private static void write(String file, String kind, byte[] bytes) throws Exception {
    Files.writeString(
        folder.resolve(file),
        "-----BEGIN %s-----\n%s\n-----END %s-----\n"
            .formatted(kind, Base64.getMimeEncoder().encodeToString(bytes), kind));
  }
}
