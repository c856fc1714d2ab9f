package dev.guard.registry.rig;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** An HTTP server on loopback that answers as a test says and remembers what it was asked. */
public final class StubServer implements AutoCloseable {
  /** What came in. */
  public record Asked(String method, String target, Map<String, String> headers, String body) {
    public String header(String name) {
      return headers.getOrDefault(name.toLowerCase(java.util.Locale.ROOT), "");
    }

    @Override
    public String toString() {
      return method + " " + target;
    }
  }

  /**
   * What goes out; a length over the body's cuts the connection in the middle, status 0 before the
   * answer.
   */
  public record Answer(int status, Map<String, String> headers, byte[] body, long length) {
    public Answer with(String name, String value) {
      Map<String, String> more = new LinkedHashMap<>(headers);
      more.put(name, value);
      return new Answer(status, more, body, length);
    }
  }

  public static Answer json(int status, String body) {
    return text(status, "application/json", body);
  }

  public static Answer text(int status, String type, String body) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    return new Answer(status, Map.of("Content-Type", type), bytes, bytes.length);
  }

  public static Answer error(int status, String code) {
    return json(status, "{\"errors\":[{\"code\":\"" + code + "\",\"message\":\"stub\"}]}");
  }

  public static Answer cut() {
    return new Answer(0, Map.of(), new byte[0], 0);
  }

  public static Answer truncated(String type, String body, long length) {
    return new Answer(
        200, Map.of("Content-Type", type), body.getBytes(StandardCharsets.UTF_8), length);
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Asked> asked = new CopyOnWriteArrayList<>();
  private volatile Function<Asked, Optional<Answer>> answers = it -> Optional.empty();

  public StubServer() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  /** Answers what the function answers, else 404 of no registry. */
  public StubServer answering(Function<Asked, Optional<Answer>> function) {
    answers = function;
    return this;
  }

  /** Passes everything on to another server, as a proxy that remembers. */
  public StubServer forwardingTo(URI other) {
    HttpClient http = HttpClient.newHttpClient();
    return answering(
        it -> {
          HttpRequest.Builder request =
              HttpRequest.newBuilder(other.resolve(it.target()))
                  .method(it.method(), HttpRequest.BodyPublishers.ofString(it.body()));
          for (String name : List.of("accept", "range", "authorization", "content-type")) {
            if (!it.header(name).isEmpty()) {
              request.header(name, it.header(name));
            }
          }
          try {
            HttpResponse<byte[]> got =
                http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            Map<String, String> headers = new LinkedHashMap<>();
            for (String name : List.of("Content-Type", "Docker-Content-Digest", "Link", "Allow")) {
              got.headers().firstValue(name).ifPresent(value -> headers.put(name, value));
            }
            return Optional.of(
                new Answer(got.statusCode(), headers, got.body(), got.body().length));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
          }
        });
  }

  public URI uri() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  public List<Asked> asked() {
    return List.copyOf(asked);
  }

  public List<String> lines() {
    return asked.stream().map(Asked::toString).toList();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Map<String, String> headers = new LinkedHashMap<>();
      exchange
          .getRequestHeaders()
          .forEach(
              (name, values) ->
                  headers.put(name.toLowerCase(java.util.Locale.ROOT), String.join(", ", values)));
      Asked one =
          new Asked(
              exchange.getRequestMethod(),
              exchange.getRequestURI().toString(),
              headers,
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
      asked.add(one);
      Answer answer =
          answers.apply(one).orElseGet(() -> text(404, "text/plain", "404 page not found"));
      if (answer.status() == 0) {
        return;
      }
      Headers out = exchange.getResponseHeaders();
      answer.headers().forEach(out::add);
      boolean head = exchange.getRequestMethod().equals("HEAD");
      if (head) {
        exchange.sendResponseHeaders(answer.status(), -1);
        return;
      }
      exchange.sendResponseHeaders(answer.status(), answer.length() == 0 ? -1 : answer.length());
      if (answer.length() != 0) {
        exchange.getResponseBody().write(answer.body());
        exchange.getResponseBody().flush();
      }
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
