package dev.mobilellm.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.runtime.scheduling.SchedulerOptions;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The files of the page, as any client gets them. */
class PageTest extends ServerSetup {

  private static final Path SOURCES = Path.of("src/main/resources/dev/mobilellm/server/page");

  @ParameterizedTest
  @CsvSource({
    "/, text/html; charset=utf-8",
    "/page/app.js, text/javascript; charset=utf-8",
    "/page/style/prose.css, text/css; charset=utf-8",
    "/page/icon.svg, image/svg+xml",
    "/page/katex/dist/katex.min.js, text/javascript; charset=utf-8",
    "/page/katex/dist/katex.min.css, text/css; charset=utf-8",
    "/page/katex/dist/fonts/KaTeX_Main-Regular.woff2, font/woff2",
    "/page/marked/lib/marked.esm.js, text/javascript; charset=utf-8",
    "/page/dompurify/dist/purify.es.mjs, text/javascript; charset=utf-8"
  })
  void filesHaveTheirTypeAndMayLoadNothingFromElsewhere(String path, String type) throws Exception {
    HttpResponse<String> reply = demo.get(path);

    assertEquals(200, reply.statusCode());
    assertEquals(type, header(reply, "content-type"));
    assertEquals("nosniff", header(reply, "x-content-type-options"));
    assertEquals("no-referrer", header(reply, "referrer-policy"));
    assertEquals("no-cache", header(reply, "cache-control"));
    String policy = header(reply, "content-security-policy");
    assertTrue(policy.startsWith("default-src 'none'; script-src 'self'; style-src 'self'; "));
    assertTrue(policy.contains("frame-ancestors 'none'; require-trusted-types-for 'script'"));
    assertFalse(policy.contains("unsafe"));
  }

  @ParameterizedTest
  @CsvSource({
    "/page/katex/LICENSE, The MIT License",
    "/page/marked/LICENSE.md, Christopher Jeffrey",
    "/page/dompurify/LICENSE, Mozilla Public License"
  })
  void theLicencesOfTheLibrariesAreThere(String path, String words) throws Exception {
    HttpResponse<String> reply = demo.get(path);

    assertEquals("text/plain; charset=utf-8", header(reply, "content-type"));
    assertTrue(reply.body().contains(words));
    assertTrue(demo.get("/").body().contains("href=\"" + path.substring(1) + "\""));
  }

  @Test
  void whatDidNotChangeIsNotSentAgain() throws Exception {
    String tag = header(demo.get("/page/app.js"), "etag");

    HttpResponse<String> same = demo.get("/page/app.js", "If-None-Match", tag);
    assertEquals(304, same.statusCode());
    assertEquals("", same.body());
    assertEquals(tag, header(same, "etag"));
    assertEquals(200, demo.get("/page/app.js", "If-None-Match", "W/\"older\"").statusCode());
  }

  @Test
  void textIsCompressedForThoseWhoCanReadIt() throws Exception {
    String path = "/page/katex/dist/katex.min.js";
    HttpResponse<byte[]> packed =
        demo.client()
            .send(
                HttpRequest.newBuilder(URI.create(demo.url() + path))
                    .header("Accept-Encoding", "gzip, br")
                    .build(),
                BodyHandlers.ofByteArray());

    assertEquals("gzip", header(packed, "content-encoding"));
    assertTrue(packed.body().length < 100_000);
    assertArrayEquals(
        demo.get(path).body().getBytes(StandardCharsets.UTF_8),
        new GZIPInputStream(new ByteArrayInputStream(packed.body())).readAllBytes());
  }

  @Test
  void headHasNoBody() throws Exception {
    HttpResponse<String> reply =
        demo.client()
            .send(
                HttpRequest.newBuilder(URI.create(demo.url() + "/"))
                    .method("HEAD", BodyPublishers.noBody())
                    .build(),
                BodyHandlers.ofString());

    assertEquals(200, reply.statusCode());
    assertEquals("", reply.body());
    assertTrue(Integer.parseInt(header(reply, "content-length")) > 5000);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/page/nothing.js",
        "/page/",
        "/page/style",
        "/page/%2e%2e/Server.class",
        "/page/..%2fServer.class",
        "/page/katex",
        "/page/style/..%2f..%2f..%2f..%2f..%2fmodule-info.class"
      })
  void nothingElseIsFound(String path) throws Exception {
    HttpResponse<String> reply = demo.get(path);

    assertEquals(404, reply.statusCode());
    assertEquals("not_found", DemoServer.json(reply.body()).at("/error/code").textValue());
  }

  @Test
  void thePageNeedsNoKeyButTheProtocolDoes() throws Exception {
    try (DemoServer guarded =
        DemoServer.start(
            SchedulerOptions.DEFAULT,
            DemoServer.options(List.of("secret"), List.of(), ServerOptions.Limits.DEFAULT))) {
      assertEquals(200, guarded.get("/").statusCode());
      assertEquals(200, guarded.get("/page/app.js").statusCode());
      assertEquals(401, guarded.get("/v1/models").statusCode());
      assertEquals(401, guarded.get("/pages").statusCode());
    }
  }

  @Test
  void aServerCanGoWithout() throws Exception {
    try (DemoServer without =
        DemoServer.start(
            SchedulerOptions.DEFAULT,
            DemoServer.options(List.of(), List.of(), false, ServerOptions.Limits.DEFAULT))) {
      assertEquals(404, without.get("/").statusCode());
      assertEquals(404, without.get("/page/app.js").statusCode());
      assertEquals(200, without.get("/v1/models").statusCode());
    }
  }

  /** Markup, styles and scripts name files relative to themselves or to the page. */
  @Test
  void everyFileThatAnotherNamesIsThere() throws Exception {
    Pattern names =
        Pattern.compile("(?:src|href)=\"(page/[^\"]+)\"|(?:from|import) \"(\\./[^\"]+)\"");
    int found = 0;
    try (Stream<Path> files = Files.walk(SOURCES)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        for (MatchResult name : names.matcher(Files.readString(file)).results().toList()) {
          String path =
              name.group(1) != null ? "/" + name.group(1) : "/page/" + name.group(2).substring(2);
          assertEquals(200, demo.get(path).statusCode(), file + " names " + path);
          found++;
        }
      }
    }
    assertTrue(found > 50, "names of files: " + found);
  }

  private static String header(HttpResponse<?> reply, String name) {
    return reply.headers().firstValue(name).orElse("");
  }
}
