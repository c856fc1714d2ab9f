package dev.guard.testkit.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** A client that sends what it is told and judges nothing. */
final class Api {
  /** An answer. */
  record Got(int status, String type, String text, java.net.http.HttpHeaders headers) {
    JsonNode json() {
      try {
        return JSON.readTree(text);
      } catch (IOException e) {
        throw new UncheckedIOException("no JSON: " + text, e);
      }
    }
  }

  static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final FakeCluster cluster;
  private final String token;

  Api(FakeCluster cluster) {
    this(cluster, cluster.token());
  }

  Api(FakeCluster cluster, String token) {
    this.cluster = cluster;
    this.token = token;
  }

  Got get(String target) {
    return send("GET", target, "");
  }

  Got send(String method, String target, String body) {
    return send(method, target, body, "application/json");
  }

  Got send(String method, String target, String body, String type) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(cluster.uri() + target))
            .header("Content-Type", type)
            .method(
                method,
                body.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    try {
      HttpResponse<String> got = CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
      return new Got(
          got.statusCode(),
          got.headers().firstValue("Content-Type").orElse(""),
          got.body(),
          got.headers());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
