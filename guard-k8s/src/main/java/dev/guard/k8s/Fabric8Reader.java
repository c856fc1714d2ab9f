package dev.guard.k8s;

import dev.guard.internal.Cause;
import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Reads through fabric8's HTTP client, which brings the kubeconfig's credentials. Thread-safe. */
final class Fabric8Reader implements ClusterReader {

  private final HttpClient client;
  private final String server;

  /**
   * Takes over the client.
   *
   * @param server the API server's address without a slash at the end
   */
  Fabric8Reader(HttpClient client, String server) {
    this.client = client;
    this.server = server;
  }

  @Override
  public Answer get(String pathAndQuery, Duration toHeaders, Duration idle)
      throws IOException, InterruptedException {
    return exchange(request(pathAndQuery, toHeaders).build(), toHeaders, idle);
  }

  /** A request that is still a GET. */
  HttpRequest.Builder request(String pathAndQuery, Duration toHeaders) {
    return client
        .newHttpRequestBuilder()
        .uri(URI.create(server + pathAndQuery))
        .setHeader("Accept", "application/json")
        .setHeader("User-Agent", ClusterConnection.USER_AGENT)
        .timeout(toHeaders.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Sends a request once, without following redirects. */
  Answer exchange(HttpRequest request, Duration toHeaders, Duration idle)
      throws IOException, InterruptedException {
    Body body = new Body(idle);
    CompletableFuture<HttpResponse<AsyncBody>> coming;
    try {
      coming = client.consumeBytes(request, body::take);
    } catch (RuntimeException e) {
      throw new IOException("the request could not be sent: " + Cause.of(e), e);
    }
    try {
      // The client's own time-out ends the request; this one only guards against a client that
      // never answers.
      HttpResponse<AsyncBody> response =
          coming.get(toHeaders.toMillis() + 5_000, TimeUnit.MILLISECONDS);
      body.attach(response.body());
      return new Answer(response.code(), response::header, body);
    } catch (TimeoutException e) {
      coming.cancel(true);
      throw new HttpTimeoutException("no answer within " + toHeaders.toSeconds() + " s");
    } catch (InterruptedException e) {
      coming.cancel(true);
      throw e;
    } catch (ExecutionException e) {
      return orRejected(e.getCause() == null ? e : e.getCause(), toHeaders);
    }
  }

  /**
   * The JDK's client turns a 401 without WWW-Authenticate, which is what an API server sends, into
   * an I/O error.
   */
  private static Answer orRejected(Throwable thrown, Duration toHeaders) throws IOException {
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      String message = t.getMessage();
      if (t instanceof IOException
          && message != null
          && message.contains("WWW-Authenticate header missing")) {
        return new Answer(401, name -> null, InputStream.nullInputStream());
      }
    }
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      if (t instanceof HttpTimeoutException) {
        throw new HttpTimeoutException("no answer within " + toHeaders.toSeconds() + " s");
      }
      if (t instanceof ConnectException) {
        throw new ConnectException("the connection was refused or could not be made");
      }
    }
    String message = thrown.getMessage();
    throw new IOException(
        Cause.of(thrown) + (message == null ? "" : ": " + Plain.text(message)), thrown);
  }

  @Override
  public void close() {
    client.close();
  }

  /**
   * The body as a stream: one chunk is asked for when the last is used up, so memory holds one
   * chunk.
   */
  private static final class Body extends InputStream {
    private static final Object END = new Object();

    private final LinkedBlockingQueue<Object> arrived = new LinkedBlockingQueue<>();
    private final Duration idle;
    private @Nullable AsyncBody source;
    private List<ByteBuffer> chunk = List.of();
    private int next;
    private boolean ended;

    Body(Duration idle) {
      this.idle = idle;
    }

    /** Called by the client's thread. */
    void take(List<ByteBuffer> buffers, AsyncBody from) {
      arrived.add(buffers);
    }

    void attach(AsyncBody from) {
      source = from;
      var unused =
          from.done()
              .whenComplete(
                  (nothing, failure) -> {
                    arrived.add(failure == null ? END : failure);
                  });
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      Objects.checkFromIndexSize(offset, length, into.length);
      if (length == 0) {
        return 0;
      }
      while (!ended) {
        while (next < chunk.size() && !chunk.get(next).hasRemaining()) {
          next++;
        }
        if (next < chunk.size()) {
          ByteBuffer buffer = chunk.get(next);
          int count = Math.min(length, buffer.remaining());
          buffer.get(into, offset, count);
          return count;
        }
        fetch();
      }
      return -1;
    }

    @SuppressWarnings("unchecked")
    private void fetch() throws IOException {
      AsyncBody from = Objects.requireNonNull(source, "attached before it is read");
      Object item = arrived.poll();
      if (item == null) {
        from.consume();
        try {
          item = arrived.poll(idle.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new IOException("interrupted", e);
        }
      }
      if (item == null) {
        throw new HttpTimeoutException("the answer stood still for " + idle.toSeconds() + " s");
      } else if (item == END) {
        ended = true;
      } else if (item instanceof Throwable failure) {
        throw new IOException("the connection broke off", failure);
      } else {
        chunk = (List<ByteBuffer>) item;
        next = 0;
      }
    }

    @Override
    public void close() {
      AsyncBody from = source;
      if (from != null && !ended) {
        from.cancel();
      }
      ended = true;
      chunk = List.of();
    }
  }
}
