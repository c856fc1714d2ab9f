package dev.guard.k8s;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** An API server of a few canned answers: every list is empty unless a test says otherwise. */
final class StubCluster implements AutoCloseable {
  /** What a path answers. */
  interface Handler {
    void handle(HttpExchange exchange) throws IOException;
  }

  static {
    // Without it every small answer waits 40 ms for the other side's delayed acknowledgement.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, Handler> handlers = new ConcurrentHashMap<>();
  final List<String> requests = new CopyOnWriteArrayList<>();
  final List<String> authorizations = new CopyOnWriteArrayList<>();
  final List<String> userAgents = new CopyOnWriteArrayList<>();

  StubCluster() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    on("/version", e -> send(e, 200, "{\"major\":\"1\",\"minor\":\"33\"}"));
    for (ListedKind kind : ListedKind.values()) {
      items(kind);
    }
    server.start();
  }

  private void handle(HttpExchange exchange) throws IOException {
    requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
    authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
    userAgents.add(String.valueOf(exchange.getRequestHeaders().getFirst("User-Agent")));
    Handler handler = handlers.get(exchange.getRequestURI().getPath());
    if (handler == null) {
      exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
      byte[] bytes = "404 page not found\n".getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(404, bytes.length);
      exchange.getResponseBody().write(bytes);
      exchange.close();
      return;
    }
    handler.handle(exchange);
  }

  StubCluster on(String path, Handler handler) {
    handlers.put(path, handler);
    return this;
  }

  StubCluster answer(String path, int status, String body) {
    return on(path, e -> send(e, status, body));
  }

  StubCluster answer(ListedKind kind, int status, String body) {
    return answer(kind.path(), status, body);
  }

  /** One page with these items. */
  StubCluster items(ListedKind kind, String... items) {
    return answer(kind, 200, list(kind, "", items));
  }

  void forget(String path) {
    handlers.remove(path);
  }

  static String list(ListedKind kind, String next, String... items) {
    return "{\"kind\":\""
        + kind.kind()
        + "List\",\"apiVersion\":\""
        + kind.apiVersion()
        + "\",\"metadata\":{\"resourceVersion\":\"100\""
        + (next.isEmpty() ? "" : ",\"continue\":\"" + next + "\",\"remainingItemCount\":1")
        + "},\"items\":["
        + String.join(",", items)
        + "]}";
  }

  static String status(int code, String reason, String message) {
    return "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Failure\",\"message\":\""
        + message
        + "\",\"reason\":\""
        + reason
        + "\",\"code\":"
        + code
        + "}";
  }

  static String meta(String namespace, String name) {
    return "\"metadata\":{\"name\":\""
        + name
        + "\",\"namespace\":\""
        + namespace
        + "\",\"uid\":\"u\"}";
  }

  /** An object with a template of one container at {@code spec.template.spec}. */
  static String workload(String namespace, String name, String specExtra, String image) {
    return "{"
        + meta(namespace, name)
        + ",\"spec\":{"
        + (specExtra.isEmpty() ? "" : specExtra + ",")
        + "\"template\":{\"metadata\":{\"labels\":{\"app\":\"x\"}},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\""
        + image
        + "\"}]}}}}";
  }

  static String pod(String namespace, String name, String image) {
    return "{"
        + meta(namespace, name)
        + ",\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\""
        + image
        + "\"}]},\"status\":{\"phase\":\"Running\"}}";
  }

  static void send(HttpExchange exchange, int status, String body) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(bytes);
    }
    exchange.close();
  }

  String address() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** A kubeconfig with one context for this server. */
  Path kubeconfig(Path directory, String context) {
    return kubeconfig(directory, context, "token: secret-token");
  }

  Path kubeconfig(Path directory, String context, String user) {
    return write(directory, context, address(), user);
  }

  static Path write(Path directory, String context, String address, String user) {
    Path file = directory.resolve("kubeconfig-" + context);
    String text =
        "apiVersion: v1\nkind: Config\ncurrent-context: other\n"
            + "clusters:\n- name: the-cluster\n  cluster:\n    server: "
            + address
            + "\nusers:\n- name: the-user\n  user:\n    "
            + user
            + "\ncontexts:\n- name: "
            + context
            + "\n  context:\n    cluster: the-cluster\n    user: the-user\n";
    try {
      return Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
