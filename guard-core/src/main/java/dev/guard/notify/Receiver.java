package dev.guard.notify;

import dev.guard.internal.Cause;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import javax.net.ssl.SSLHandshakeException;

/**
 * Where messages are posted to. The address is a secret, its host included: it leaves this class in
 * requests alone, and what the HTTP client throws, which may quote it, is never passed on.
 */
final class Receiver {
  private static final Pattern LOOPBACK =
      Pattern.compile("localhost|127(\\.[0-9]{1,3}){3}|\\[::1\\]");

  private final URI address;
  private final Duration timeout;
  private final HttpClient http;

  Receiver(URI address, Duration timeout) {
    if (timeout.isNegative() || timeout.isZero() || timeout.compareTo(Duration.ofMinutes(5)) > 0) {
      throw new IllegalArgumentException("A time-out is more than nothing, and at most 5 minutes.");
    }
    this.address = checked(address);
    this.timeout = timeout;
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(timeout)
            .build();
  }

  private static URI checked(URI address) {
    String scheme = Optional.ofNullable(address.getScheme()).orElse("");
    String host = Optional.ofNullable(address.getHost()).orElse("");
    boolean local = scheme.equalsIgnoreCase("http") && LOOPBACK.matcher(host).matches();
    if (host.isEmpty() || !(scheme.equalsIgnoreCase("https") || local)) {
      throw new IllegalArgumentException(
          "A notifier's address is 'https://…' (it is a secret and is not shown here).");
    }
    if (address.getRawUserInfo() != null || address.getRawFragment() != null) {
      throw new IllegalArgumentException(
          "A notifier's address has neither user nor fragment (it is a secret and is not shown).");
    }
    return address;
  }

  Receiver within(Duration other) {
    return new Receiver(address, other);
  }

  Reply post(byte[] json, Map<String, String> headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address)
            .timeout(timeout)
            .header("Content-Type", "application/json; charset=utf-8")
            .header("User-Agent", "guard")
            .POST(HttpRequest.BodyPublishers.ofByteArray(json));
    headers.forEach(request::header);
    CompletableFuture<HttpResponse<String>> answer =
        http.sendAsync(request.build(), info -> new FirstBytes());
    try {
      HttpResponse<String> response = answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
      return new Reply(
          response.statusCode(),
          response.body(),
          response.headers().firstValue("Retry-After").orElse(null),
          true,
          "");
    } catch (TimeoutException e) {
      answer.cancel(true);
      return Reply.none(true, "no complete answer in time");
    } catch (InterruptedException e) {
      answer.cancel(true);
      Thread.currentThread().interrupt();
      return Reply.none(true, "interrupted while waiting for the answer");
    } catch (ExecutionException e) {
      return unanswered(e);
    }
  }

  private static Reply unanswered(Throwable failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof ConnectException
          || at instanceof HttpConnectTimeoutException
          || at instanceof UnknownHostException
          || at instanceof SSLHandshakeException) {
        return Reply.none(false, "the receiver cannot be reached: " + Cause.of(at));
      }
    }
    Throwable cause = failure.getCause();
    return Reply.none(
        true, "no whole answer came back: " + Cause.of(cause == null ? failure : cause));
  }

  @Override
  public String toString() {
    return "a receiver";
  }
}
