package dev.guard.testkit.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An HTTP server on 127.0.0.1, at a port of its own, that answers as its handler says, distorted by
 * the faults injected, and keeps a log of all it was asked.
 *
 * <pre>{@code
 * try (FakeServer server = FakeServer.start(request -> Response.json(200, "{}"))) {
 *   server.inject(Fault.on("GET", "/slow").delay(Duration.ofSeconds(5)));
 *   ... server.uri() ... server.log() ...
 * }
 * }</pre>
 *
 * <p>A server, so it has threads of its own. Thread-safe; the handler must be so too.
 */
public final class FakeServer implements AutoCloseable {
  /** What a server answers. */
  public interface Handler {
    /**
     * Answers a request, with its effect.
     *
     * @param request what came in
     * @return the answer; the body of an answer to HEAD is not sent
     */
    Response handle(Request request);

    /**
     * Answers an injected status in the server's own words.
     *
     * @param status the status
     * @param request what came in
     * @return the answer
     */
    default Response refusal(int status, Request request) {
      return Response.text(status, "text/plain; charset=utf-8", "status " + status + "\n");
    }

    /**
     * Takes the way to the next page out of a body. The {@code Link} header is taken away anyhow.
     *
     * @param response the answer as it would be
     * @return the answer without it
     */
    default Response withoutNextPage(Response response) {
      return response;
    }
  }

  private static final class Armed {
    private final Fault fault;
    private final AtomicInteger seen = new AtomicInteger();

    private Armed(Fault fault) {
      this.fault = fault;
    }

    private boolean strikes(Request request) {
      return fault.matches(request) && fault.strikes(seen.incrementAndGet());
    }
  }

  private static final class Cut extends IOException {
    private static final long serialVersionUID = 1L;

    private Cut() {
      super("cut by an injected fault");
    }
  }

  private static final Logger LOG = LoggerFactory.getLogger(FakeServer.class);
  private static final Set<String> HOP_BY_HOP =
      Set.of(
          "connection",
          "content-length",
          "host",
          "upgrade",
          "http2-settings",
          "transfer-encoding",
          "expect",
          "date",
          ":status");

  static {
    // Read once by the JDK's server: without it small answers wait 40 ms for the client's ACK.
    if (System.getProperty("sun.net.httpserver.nodelay") == null) {
      System.setProperty("sun.net.httpserver.nodelay", "true");
    }
  }

  private final HttpServer server;
  private final Handler handler;
  private final ExecutorService threads;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Object lock = new Object();
  private final List<Armed> faults = new ArrayList<>();
  private final List<LoggedRequest> log = new ArrayList<>();

  private FakeServer(Handler handler) {
    this.handler = Objects.requireNonNull(handler, "handler");
    try {
      server =
          HttpServer.create(
              new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException("no port on loopback for a fake server", e);
    }
    threads =
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, "fake-server");
              thread.setDaemon(true);
              return thread;
            });
    server.setExecutor(threads);
    server.createContext("/", this::serve);
  }

  /**
   * Starts a server.
   *
   * @param handler what it answers
   * @return the running server
   */
  public static FakeServer start(Handler handler) {
    FakeServer fake = new FakeServer(handler);
    fake.server.start();
    return fake;
  }

  /**
   * Starts a recording proxy: what it is asked it asks another server, and hands back the answer,
   * with that server's address in {@code Location} replaced by its own. Faults strike here as
   * anywhere, so that a real server can be made to fail.
   *
   * @param upstream the other server's address
   * @return the running proxy
   */
  public static FakeServer proxy(URI upstream) {
    String base = Objects.requireNonNull(upstream, "upstream").toString().replaceAll("/+$", "");
    HttpClient client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
    CountDownLatch started = new CountDownLatch(1);
    String[] own = new String[1];
    FakeServer fake =
        start(
            request -> {
              try {
                started.await();
                return forward(client, base, Objects.requireNonNull(own[0]), request);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("the proxy was closed", e);
              } catch (IOException e) {
                return Response.text(502, "text/plain; charset=utf-8", "bad gateway\n");
              }
            });
    own[0] = fake.uri().toString();
    started.countDown();
    return fake;
  }

  private static Response forward(HttpClient client, String base, String own, Request request)
      throws IOException, InterruptedException {
    HttpRequest.Builder out =
        HttpRequest.newBuilder(URI.create(base + request.target()))
            .timeout(Duration.ofMinutes(5))
            .method(
                request.method(),
                request.body().length == 0
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofByteArray(request.body()));
    request
        .headers()
        .forEach(
            (name, values) -> {
              if (!HOP_BY_HOP.contains(name)) {
                values.forEach(value -> out.header(name, value));
              }
            });
    HttpResponse<byte[]> in = client.send(out.build(), HttpResponse.BodyHandlers.ofByteArray());
    Response response = Response.of(in.statusCode()).withBody(in.body());
    for (String name : in.headers().map().keySet()) {
      String value = String.join(",", in.headers().allValues(name));
      if (name.equalsIgnoreCase("Location") && value.startsWith(base)) {
        value = own + value.substring(base.length());
      }
      boolean lengthOfHead =
          request.method().equals("HEAD") && name.equalsIgnoreCase("content-length");
      if (lengthOfHead || !HOP_BY_HOP.contains(name.toLowerCase(Locale.ROOT))) {
        response = response.with(name, value);
      }
    }
    return response;
  }

  /**
   * Where it listens.
   *
   * @return its address, without a path
   */
  public URI uri() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /**
   * Injects a fault, beside those there are.
   *
   * @param fault what goes wrong from now on
   */
  public void inject(Fault fault) {
    synchronized (lock) {
      faults.add(new Armed(Objects.requireNonNull(fault, "fault")));
    }
  }

  /** Takes all faults away. */
  public void heal() {
    synchronized (lock) {
      faults.clear();
    }
  }

  /**
   * All it was asked, in the order the answers were decided.
   *
   * @return a copy
   */
  public List<LoggedRequest> log() {
    synchronized (lock) {
      return List.copyOf(log);
    }
  }

  /** Forgets what it was asked. */
  public void clearLog() {
    synchronized (lock) {
      log.clear();
    }
  }

  private void serve(HttpExchange exchange) throws IOException {
    Request request =
        new Request(
            exchange.getRequestMethod(),
            exchange.getRequestURI().toString(),
            exchange.getRequestHeaders(),
            exchange.getRequestBody().readAllBytes());
    List<Fault> struck = struckBy(request);
    long truncateAt = -1;
    boolean cut = false;
    boolean effect = true;
    for (Fault fault : struck) {
      if (!fault.isAfterEffect()) {
        pause(fault.delay());
      }
      cut |= fault.cuts();
      if ((fault.cuts() || fault.replaces()) && !fault.isAfterEffect()) {
        effect = false;
      }
      truncateAt = fault.truncateAt() < 0 ? truncateAt : fault.truncateAt();
    }
    Response response = null;
    if (effect) {
      try {
        response = handler.handle(request);
      } catch (RuntimeException e) {
        LOG.warn("a fake could not answer {}", request, e);
        response = Response.text(500, "text/plain; charset=utf-8", "the fake failed: " + e + "\n");
      }
    }
    for (Fault fault : struck) {
      if (fault.isAfterEffect()) {
        pause(fault.delay());
      }
      if (fault.replaces()) {
        response = fault.replacement(request, handler);
      }
      if (response != null) {
        response = fault.distort(request, response, handler);
      }
    }
    boolean answered = !cut && response != null;
    synchronized (lock) {
      log.add(LoggedRequest.of(request, answered ? Objects.requireNonNull(response).status() : 0));
    }
    if (!answered) {
      exchange.close(); // before any header: the JDK closes the connection
      return;
    }
    send(exchange, request, Objects.requireNonNull(response), truncateAt);
  }

  private List<Fault> struckBy(Request request) {
    List<Fault> struck = new ArrayList<>();
    synchronized (lock) {
      for (Armed armed : faults) {
        if (armed.strikes(request)) {
          struck.add(armed.fault);
        }
      }
    }
    return struck;
  }

  private void pause(Duration length) throws IOException {
    if (length.isZero()) {
      return;
    }
    try {
      closed.await(length.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("closed while a delay lasted", e);
    }
  }

  private static void send(
      HttpExchange exchange, Request request, Response response, long truncateAt)
      throws IOException {
    response.headers().forEach(exchange.getResponseHeaders()::set);
    boolean bodiless =
        request.method().equals("HEAD") || response.status() == 204 || response.status() == 304;
    if (bodiless) {
      boolean announced = response.length() == 0 && response.header("Content-Length").isPresent();
      if (request.method().equals("HEAD") && response.length() >= 0 && !announced) {
        exchange.getResponseHeaders().set("Content-Length", Long.toString(response.length()));
      }
      exchange.sendResponseHeaders(response.status(), -1);
      exchange.close();
      return;
    }
    long length = response.length();
    exchange.sendResponseHeaders(response.status(), length < 0 ? 0 : length == 0 ? -1 : length);
    if (length == 0) {
      exchange.close();
      return;
    }
    OutputStream out = exchange.getResponseBody();
    if (truncateAt >= 0) {
      // The exception leaves through the JDK's server, which then cuts the connection.
      response.writeTo(new Truncating(out, truncateAt));
      out.flush();
      throw new Cut();
    }
    response.writeTo(out);
    exchange.close();
  }

  /** Lets the first bytes pass, then cuts. */
  private static final class Truncating extends FilterOutputStream {
    private long left;

    private Truncating(OutputStream out, long left) {
      super(out);
      this.left = left;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
      int part = (int) Math.min(left, count);
      out.write(bytes, from, part);
      left -= part;
      if (part < count) {
        out.flush();
        throw new Cut();
      }
    }
  }

  /** Stops at once; delays end, connections are closed. */
  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  @Override
  public String toString() {
    return "FakeServer " + uri();
  }
}
