package dev.guard.testkit.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FakeServerTest {
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final AtomicInteger effects = new AtomicInteger();
  private final FakeServer server =
      FakeServer.start(
          new FakeServer.Handler() {
            @Override
            public Response handle(Request request) {
              int number = effects.incrementAndGet();
              if (request.path().equals("/stream")) {
                return Response.stream(
                    200,
                    "text/plain",
                    out -> {
                      for (int i = 0; i < 1000; i++) {
                        out.write("0123456789".getBytes(StandardCharsets.UTF_8));
                      }
                    });
              }
              if (request.path().equals("/bug")) {
                throw new IllegalStateException("a bug in a fake");
              }
              return Response.text(200, "text/plain", "answer " + number)
                  .with("Link", "</next>; rel=\"next\"")
                  .with("Digest", "right");
            }

            @Override
            public Response refusal(int status, Request request) {
              return Response.json(status, "{\"refused\":" + status + "}");
            }
          });

  @AfterEach
  void close() {
    server.close();
  }

  private HttpResponse<String> send(String method, String target) throws Exception {
    return CLIENT.send(
        HttpRequest.newBuilder(URI.create(server.uri() + target))
            .timeout(Duration.ofSeconds(20))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> get(String target) throws Exception {
    return send("GET", target);
  }

  @Test
  void answersAsItsHandlerSays() throws Exception {
    HttpResponse<String> got = get("/a?b=c");
    assertThat(got.statusCode()).isEqualTo(200);
    assertThat(got.body()).isEqualTo("answer 1");
    assertThat(got.headers().firstValue("digest")).contains("right");
    HttpResponse<String> head = send("HEAD", "/a");
    assertThat(head.body()).isEmpty();
    assertThat(head.headers().firstValue("Content-Length")).contains("8");
    assertThat(get("/stream").body()).hasSize(10_000);
    assertThat(get("/bug").statusCode()).isEqualTo(500);
  }

  @Test
  void strikesTheNthTheFirstOrFromOne() throws Exception {
    server.inject(Fault.on("GET", "^/n").nth(2).status(500));
    server.inject(Fault.on("GET", "^/f").first(2).status(501));
    server.inject(Fault.on("*", "^/l").from(2).status(502));
    assertThat(statuses("/n", "/n", "/n")).containsExactly(200, 500, 200);
    assertThat(statuses("/f", "/f", "/f")).containsExactly(501, 501, 200);
    assertThat(statuses("/l", "/l", "/l")).containsExactly(200, 502, 502);
    assertThat(send("POST", "/l").statusCode()).isEqualTo(502);
    assertThat(send("POST", "/n").statusCode()).isEqualTo(200);
    server.heal();
    assertThat(statuses("/l")).containsExactly(200);
  }

  private List<Integer> statuses(String... targets) throws Exception {
    List<Integer> statuses = new java.util.ArrayList<>();
    for (String target : targets) {
      statuses.add(get(target).statusCode());
    }
    return statuses;
  }

  @Test
  void aFaultIsAValue() throws Exception {
    Fault base = Fault.on("GET", "/v");
    base.nth(1).status(500);
    base.header("Digest", "wrong");
    server.inject(base);
    HttpResponse<String> got = get("/v");
    assertThat(got.statusCode()).isEqualTo(200);
    assertThat(got.headers().firstValue("digest")).contains("right");
    assertThatThrownBy(() -> Fault.on("GET", "(")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> base.nth(0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> base.truncate(-1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aStatusIsSaidInTheServersWordsAndReplacesTheEffect() throws Exception {
    server.inject(Fault.on("GET", "/r").status(403));
    server.inject(Fault.on("GET", "/own").answer(Response.text(418, "text/plain", "tea")));
    server.inject(Fault.on("GET", "/many").tooManyRequests("3"));
    assertThat(get("/r").body()).isEqualTo("{\"refused\":403}");
    assertThat(get("/own").body()).isEqualTo("tea");
    HttpResponse<String> many = get("/many");
    assertThat(many.statusCode()).isEqualTo(429);
    assertThat(many.headers().firstValue("Retry-After")).contains("3");
    assertThat(effects).hasValue(0);
  }

  @Test
  void afterEffectTheClientIsToldOtherwise() throws Exception {
    server.inject(Fault.on("DELETE", "/r").afterEffect().status(500));
    server.inject(Fault.on("DELETE", "/c").afterEffect().cut());
    assertThat(send("DELETE", "/r").statusCode()).isEqualTo(500);
    assertThat(effects).hasValue(1);
    assertThatThrownBy(() -> send("DELETE", "/c")).isInstanceOf(IOException.class);
    assertThat(effects).hasValue(2);
    server.inject(Fault.on("DELETE", "/b").cut());
    assertThatThrownBy(() -> send("DELETE", "/b")).isInstanceOf(IOException.class);
    assertThat(effects).hasValue(2);
    assertThat(server.log().get(2).status()).isZero();
  }

  @Test
  void headersBodiesAndPagesAreDistorted() throws Exception {
    server.inject(Fault.on("GET", "/wrong").header("Digest", "wrong"));
    server.inject(Fault.on("GET", "/none").withoutHeader("digest"));
    server.inject(Fault.on("GET", "/flip").corrupt());
    server.inject(Fault.on("GET", "/lost").losePage());
    server.inject(Fault.on("GET", "/loop").loopPage());
    server.inject(Fault.on("GET", "/away").pageAt("http://other.example/x"));
    assertThat(get("/wrong").headers().firstValue("digest")).contains("wrong");
    assertThat(get("/none").headers().firstValue("digest")).isEmpty();
    HttpResponse<String> flipped = get("/flip");
    assertThat(flipped.body()).hasSize(8).isNotEqualTo("answer 3");
    assertThat(get("/lost").headers().firstValue("Link")).isEmpty();
    assertThat(get("/loop?n=1").headers().firstValue("Link")).contains("</loop?n=1>; rel=\"next\"");
    assertThat(get("/away").headers().firstValue("Link"))
        .contains("<http://other.example/x>; rel=\"next\"");
  }

  @Test
  void bodiesAreTruncatedWhetherHeldOrStreamed() {
    server.inject(Fault.on("GET", "/").truncate(4));
    assertThatThrownBy(() -> get("/held")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> get("/stream")).isInstanceOf(IOException.class);
    server.heal();
    server.inject(Fault.on("GET", "/").truncate(1_000_000));
    assertThatThrownBy(() -> get("/stream"))
        .as("whole, but the end is missing")
        .isInstanceOf(IOException.class);
  }

  @Test
  void aDelayOutlastsTheClientAndEndsWithTheServer() {
    server.inject(Fault.on("GET", "/slow").delay(Duration.ofHours(1)));
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(server.uri() + "/slow"))
            .timeout(Duration.ofMillis(200))
            .build();
    assertThatThrownBy(() -> CLIENT.send(request, HttpResponse.BodyHandlers.ofString()))
        .isInstanceOf(HttpTimeoutException.class);
    server.close();
  }

  @Test
  void severalFaultsStrikeOneRequest() throws Exception {
    server.inject(Fault.on("GET", "/x").header("Digest", "one"));
    server.inject(Fault.on("GET", "/x").status(503));
    server.inject(Fault.on("GET", "/x").header("Extra", "two"));
    HttpResponse<String> got = get("/x");
    assertThat(got.statusCode()).isEqualTo(503);
    assertThat(got.headers().firstValue("Extra")).contains("two");
  }

  @Test
  void theLogKeepsNoSecret() throws Exception {
    CLIENT.send(
        HttpRequest.newBuilder(URI.create(server.uri() + "/token"))
            .header("Authorization", "Basic c2VjcmV0")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("Cookie", "sid=secret")
            .POST(HttpRequest.BodyPublishers.ofString("refresh_token=secret"))
            .build(),
        HttpResponse.BodyHandlers.discarding());
    LoggedRequest logged = server.log().get(0);
    assertThat(logged.header("authorization")).isEqualTo("Basic");
    assertThat(logged.body()).isEqualTo("(a form)");
    assertThat(logged.isWrite()).isTrue();
    assertThat(logged.headers().toString() + logged).doesNotContain("secret", "c2VjcmV0");
    server.clearLog();
    assertThat(server.log()).isEmpty();
  }

  @Test
  void aProxyRecordsAndChangesOnlyLocations() throws Exception {
    server.inject(
        Fault.on("POST", "/made")
            .answer(Response.of(201).with("Location", server.uri() + "/made/1?x=y")));
    try (FakeServer proxy = FakeServer.proxy(server.uri())) {
      HttpResponse<String> made =
          CLIENT.send(
              HttpRequest.newBuilder(URI.create(proxy.uri() + "/made"))
                  .POST(HttpRequest.BodyPublishers.ofString("body"))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(made.statusCode()).isEqualTo(201);
      assertThat(made.headers().firstValue("Location")).contains(proxy.uri() + "/made/1?x=y");
      assertThat(proxy.log()).extracting(Object::toString).containsExactly("POST /made -> 201");
      assertThat(proxy.log().get(0).body()).isEqualTo("body");
      proxy.inject(Fault.on("DELETE", "/").afterEffect().cut());
      assertThatThrownBy(
              () ->
                  CLIENT.send(
                      HttpRequest.newBuilder(URI.create(proxy.uri() + "/x")).DELETE().build(),
                      HttpResponse.BodyHandlers.ofString()))
          .isInstanceOf(IOException.class);
      assertThat(server.log()).extracting(Object::toString).contains("DELETE /x -> 200");
    }
  }

  @Test
  void requestsReadTheirParts() {
    Request request =
        new Request(
            "GET",
            "/a%20b?x=1&x=2%26&y",
            Map.of("Accept", List.of("a", "b")),
            "scope=r%3Ap&q=".getBytes(StandardCharsets.UTF_8));
    assertThat(request.path()).isEqualTo("/a b");
    assertThat(request.queries("x")).containsExactly("1", "2&");
    assertThat(request.query("y")).contains("");
    assertThat(request.query("z")).isEmpty();
    assertThat(request.header("ACCEPT")).contains("a,b");
    assertThat(request.field("scope")).contains("r:p");
  }
}
