package dev.guard.testkit.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.guard.testkit.http.Request;
import dev.guard.testkit.http.Response;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** How the contract talks to the registry. */
final class Contact {
  static final String ZERO = "sha256:" + "0".repeat(64);

  private static final HttpClient CLIENT =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();

  private final URI uri;
  private final Publisher publisher;

  private Contact(URI uri) {
    this.uri = uri;
    publisher = Publisher.to(uri);
  }

  static Contact of(RegistryContract contract) {
    return new Contact(contract.registry());
  }

  Publisher publisher() {
    return publisher;
  }

  String repository() {
    return "contract-" + UUID.randomUUID().toString().substring(0, 13) + "/app";
  }

  Response send(Request request) {
    return Publisher.send(CLIENT, uri.toString().replaceAll("/+$", ""), null, request);
  }

  Response get(String target) {
    return send(Request.of("GET", target));
  }

  Response manifest(String name, String reference) {
    return read(name, reference, Media.ALL);
  }

  Response read(String name, String reference, String accept) {
    Request request = Request.of("GET", "/v2/" + name + "/manifests/" + reference);
    return send(accept.isEmpty() ? request : request.with("Accept", accept));
  }

  Response head(String name, String reference) {
    return send(
        Request.of("HEAD", "/v2/" + name + "/manifests/" + reference).with("Accept", Media.ALL));
  }

  Response put(String name, String reference, String type, byte[] bytes) {
    return send(
        Request.of("PUT", "/v2/" + name + "/manifests/" + reference)
            .with("Content-Type", type)
            .with(bytes));
  }

  String begin(String name) {
    Response answer = send(Request.of("POST", "/v2/" + name + "/blobs/uploads/"));
    assertEquals(202, answer.status());
    String location = answer.header("Location").orElse("");
    assertTrue(location.startsWith("http"), "an upload's Location is absolute: " + location);
    assertTrue(location.contains("_state="), "an upload's Location has a state: " + location);
    return location;
  }

  String digest(Response answer) {
    assertEquals(200, answer.status(), answer::text);
    assertEquals(answer.header("Docker-Content-Digest").orElse(""), Media.digest(answer.body()));
    return answer.header("Docker-Content-Digest").orElse("");
  }

  List<String> catalog() {
    List<String> all = new ArrayList<>();
    String next = "/v2/_catalog?n=1000";
    while (!next.isEmpty()) {
      Response page = get(next);
      assertEquals(200, page.status());
      RegistryStore.parse(page.body()).path("repositories").forEach(it -> all.add(it.asText()));
      String link = page.header("Link").orElse("");
      next = link.isEmpty() ? "" : link.substring(1, link.indexOf('>'));
    }
    return all;
  }

  void refused(Response answer, int status, String code, String message) {
    assertEquals(status, answer.status(), answer::text);
    assertTrue(
        answer.header("Content-Type").orElse("").startsWith("application/json"),
        () -> "JSON, not " + answer);
    JsonNode error = RegistryStore.parse(answer.body()).path("errors").path(0);
    assertEquals(code, error.path("code").asText());
    assertEquals(message, error.path("message").asText());
  }
}
