package dev.guard.registry;

import dev.guard.internal.Cause;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One request, one answer: bounded in size while it streams, bounded in time until its last byte.
 * Follows nothing, retries nothing, adds no header of its own but the User-Agent.
 */
final class Wire {
  /**
   * What came back. {@code cut} tells that only the first bytes were wanted and the rest was
   * dropped.
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Exchange(URI uri, int status, HttpHeaders headers, byte[] body, boolean cut) {
    String header(String name) {
      return headers.firstValue(name).orElse("");
    }

    List<String> headers(String name) {
      return headers.allValues(name);
    }

    /** The media type, lower case, without parameters. */
    String mediaType() {
      String type = header("Content-Type");
      int semicolon = type.indexOf(';');
      return (semicolon < 0 ? type : type.substring(0, semicolon))
          .strip()
          .toLowerCase(java.util.Locale.ROOT);
    }
  }

  /** How much of a body is wanted. */
  record Limit(int bytes, boolean dropTheRest) {
    static Limit atMost(int bytes) {
      return new Limit(bytes, false);
    }

    static Limit firstOf(int bytes) {
      return new Limit(bytes, true);
    }
  }

  private final HttpClient http;
  private final String userAgent;

  Wire(Duration connectTimeout, String userAgent) {
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(connectTimeout)
            .build();
    this.userAgent = userAgent;
  }

  Exchange send(
      String method,
      URI uri,
      Map<String, String> headers,
      byte @Nullable [] body,
      Limit limit,
      Duration timeout)
      throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .timeout(timeout)
            .header("User-Agent", userAgent)
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofByteArray(body));
    headers.forEach(request::header);
    CompletableFuture<HttpResponse<Body>> answer =
        http.sendAsync(request.build(), info -> new Bounded(limit));
    try {
      HttpResponse<Body> response = answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
      Body got = response.body();
      return new Exchange(uri, response.statusCode(), response.headers(), got.bytes(), got.cut());
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw new IOException("no complete answer within " + timeout.toSeconds() + " s");
    } catch (InterruptedException e) {
      answer.cancel(true);
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for the registry");
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      throw new IOException(sentence(cause), cause);
    }
  }

  private static String sentence(@Nullable Throwable cause) {
    if (cause == null) {
      return "the request failed";
    }
    String message = cause.getMessage();
    return Cause.of(cause) + (message == null ? "" : " (" + Shown.text(message) + ")");
  }

  @SuppressWarnings("ArrayRecordComponent")
  private record Body(byte[] bytes, boolean cut) {}

  /** Collects a body up to its limit. */
  private static final class Bounded implements HttpResponse.BodySubscriber<Body> {
    private final Limit limit;
    private final CompletableFuture<Body> result = new CompletableFuture<>();
    private final List<byte[]> parts = new ArrayList<>();
    private int size;
    private Flow.@Nullable Subscription subscription;

    Bounded(Limit limit) {
      this.limit = limit;
    }

    @Override
    public CompletionStage<Body> getBody() {
      return result;
    }

    @Override
    public void onSubscribe(Flow.Subscription to) {
      if (subscription != null) {
        to.cancel();
        return;
      }
      subscription = to;
      to.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
      if (result.isDone()) {
        return;
      }
      for (ByteBuffer buffer : buffers) {
        int room = limit.bytes() - size;
        if (buffer.remaining() > room && !limit.dropTheRest()) {
          stop();
          result.completeExceptionally(
              new IOException("the answer is larger than " + limit.bytes() + " bytes"));
          return;
        }
        byte[] part = new byte[Math.min(room, buffer.remaining())];
        buffer.get(part);
        parts.add(part);
        size += part.length;
        if (size >= limit.bytes() && limit.dropTheRest()) {
          stop();
          result.complete(new Body(joined(), true));
          return;
        }
      }
    }

    private void stop() {
      if (subscription != null) {
        subscription.cancel();
      }
    }

    private byte[] joined() {
      byte[] all = new byte[size];
      int at = 0;
      for (byte[] part : parts) {
        System.arraycopy(part, 0, all, at, part.length);
        at += part.length;
      }
      return all;
    }

    @Override
    public void onError(Throwable failure) {
      result.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
      result.complete(new Body(joined(), false));
    }
  }
}
