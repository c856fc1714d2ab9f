package dev.guard.testkit.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.testkit.http.Request;
import dev.guard.testkit.http.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Pushes images into a registry, a fake or a real one, by the requests of the distribution
 * specification: blobs, then the manifest, then the tag.
 *
 * <pre>{@code
 * Pushed image = publisher.push("team/app", "v1", ImageSpec.of("app 1"));
 * publisher.tag(image, "stable");
 * publisher.referrer(image, "application/vnd.example.sbom", "sbom of app 1");
 * }</pre>
 *
 * <p>Any answer it does not expect is an {@link IllegalStateException} with status and body.
 * Thread-safe.
 */
public final class Publisher {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> RESTRICTED = Set.of("content-length", "host");

  private final Function<Request, Response> wire;

  Publisher(Function<Request, Response> wire) {
    this.wire = wire;
  }

  /**
   * A publisher to a registry at an address.
   *
   * @param registry its address, without {@code /v2}
   * @return the publisher
   */
  public static Publisher to(URI registry) {
    return over(registry, null);
  }

  /**
   * A publisher to a registry that wants Basic authentication.
   *
   * @param registry its address, without {@code /v2}
   * @param user the user
   * @param password the password
   * @return the publisher
   */
  public static Publisher to(URI registry, String user, String password) {
    return over(
        registry,
        "Basic "
            + Base64.getEncoder()
                .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8)));
  }

  private static Publisher over(URI registry, @Nullable String authorization) {
    HttpClient client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();
    String base = registry.toString().replaceAll("/+$", "");
    return new Publisher(request -> send(client, base, authorization, request));
  }

  static Response send(
      HttpClient client, String base, @Nullable String authorization, Request request) {
    URI uri =
        request.target().startsWith("http")
            ? URI.create(request.target())
            : URI.create(base + request.target());
    HttpRequest.Builder out =
        HttpRequest.newBuilder(uri)
            .timeout(Duration.ofMinutes(2))
            .method(
                request.method(),
                request.body().length == 0
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofByteArray(request.body()));
    request
        .headers()
        .forEach(
            (name, values) -> {
              if (!RESTRICTED.contains(name)) {
                values.forEach(value -> out.header(name, value));
              }
            });
    if (authorization != null) {
      out.setHeader("Authorization", authorization);
    }
    try {
      HttpResponse<byte[]> in = client.send(out.build(), HttpResponse.BodyHandlers.ofByteArray());
      Response response = Response.of(in.statusCode()).withBody(in.body());
      for (Map.Entry<String, List<String>> header : in.headers().map().entrySet()) {
        response = response.with(header.getKey(), String.join(",", header.getValue()));
      }
      return response;
    } catch (IOException e) {
      throw new UncheckedIOException(request + " to " + base + " failed: " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(request + " was interrupted", e);
    }
  }

  /**
   * Pushes an image under a tag.
   *
   * @param repository where to
   * @param tag the tag, moved if it exists
   * @param image the image
   * @return what was pushed
   */
  public Pushed push(String repository, String tag, ImageSpec image) {
    return image(repository, Objects.requireNonNull(tag, "tag"), image);
  }

  /**
   * Pushes an image by its digest alone.
   *
   * @param repository where to
   * @param image the image
   * @return what was pushed
   */
  public Pushed push(String repository, ImageSpec image) {
    return image(repository, null, image);
  }

  /**
   * Pushes an index under a tag.
   *
   * @param repository where its children are
   * @param tag the tag, moved if it exists
   * @param index the index
   * @return what was pushed
   */
  public Pushed push(String repository, String tag, IndexSpec index) {
    return index(repository, Objects.requireNonNull(tag, "tag"), index);
  }

  /**
   * Pushes an index by its digest alone.
   *
   * @param repository where its children are
   * @param index the index
   * @return what was pushed
   */
  public Pushed push(String repository, IndexSpec index) {
    return index(repository, null, index);
  }

  private Pushed index(String repository, @Nullable String tag, IndexSpec index) {
    byte[] bytes = index.bytes();
    String digest = Media.digest(bytes);
    manifest(repository, tag == null ? digest : tag, index.mediaType(), bytes);
    return new Pushed(repository, digest, index.mediaType(), bytes.length, "", List.of(), "");
  }

  private Pushed image(String repository, @Nullable String tag, ImageSpec image) {
    byte[] config = image.config();
    List<byte[]> layers = image.layers();
    String configDigest = blob(repository, config);
    List<String> layerDigests = new ArrayList<>();
    for (byte[] layer : layers) {
      layerDigests.add(blob(repository, layer));
    }
    byte[] bytes = image.manifest(config, layers);
    String digest = Media.digest(bytes);
    Response answer = manifest(repository, tag == null ? digest : tag, image.mediaType(), bytes);
    Pushed pushed =
        new Pushed(
            repository,
            digest,
            image.mediaType(),
            bytes.length,
            configDigest,
            layerDigests,
            image.platform());
    if (image.subject() != null && answer.header("OCI-Subject").isEmpty()) {
      fallback(image, pushed);
    }
    return pushed;
  }

  /** Lists a referrer in the index under its subject's fallback tag, as clients must. */
  private void fallback(ImageSpec image, Pushed referrer) {
    Pushed subject = Objects.requireNonNull(image.subject());
    String tag = subject.digest().replace(':', '-');
    String target = "/v2/" + referrer.repository() + "/manifests/" + tag;
    Response found = wire.apply(Request.of("GET", target).with("Accept", Media.OCI_INDEX));
    ObjectNode index = JsonNodeFactory.instance.objectNode();
    index.put("schemaVersion", 2).put("mediaType", Media.OCI_INDEX);
    ArrayNode list = index.putArray("manifests");
    if (found.status() == 200) {
      try {
        for (JsonNode old : JSON.readTree(found.text()).path("manifests")) {
          if (!old.path("digest").asText().equals(referrer.digest())) {
            list.add(old);
          }
        }
      } catch (JsonProcessingException e) {
        throw new IllegalStateException("no JSON under " + target, e);
      }
    }
    ObjectNode entry =
        ImageSpec.descriptor(referrer.mediaType(), referrer.digest(), referrer.size());
    if (image.artifactType() != null) {
      entry.put("artifactType", image.artifactType());
    }
    if (!image.annotations().isEmpty()) {
      ObjectNode annotations = entry.putObject("annotations");
      image.annotations().forEach(annotations::put);
    }
    list.add(entry);
    manifest(
        referrer.repository(),
        tag,
        Media.OCI_INDEX,
        index.toString().getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Pushes an untagged artifact that refers to a manifest, and, where the registry has no referrers
   * API, lists it under the fallback tag.
   *
   * @param subject what it refers to
   * @param artifactType its type
   * @param content what tells it from others
   * @return what was pushed
   */
  public Pushed referrer(Pushed subject, String artifactType, String content) {
    return push(
        subject.repository(), ImageSpec.of(content).artifact(artifactType).subject(subject));
  }

  /**
   * Pushes a signature, attestation or SBOM the way cosign does without referrers: an image under
   * the tag {@code sha256-<hex>.<kind>}.
   *
   * @param subject what it is about
   * @param kind {@code sig}, {@code att} or {@code sbom}
   * @return what was pushed
   */
  public Pushed cosign(Pushed subject, String kind) {
    return push(
        subject.repository(),
        subject.digest().replace(':', '-') + "." + kind,
        ImageSpec.of(kind + " of " + subject.digest()));
  }

  /**
   * Points a tag to a manifest, moving it if it exists.
   *
   * @param manifest which
   * @param tag the tag
   */
  public void tag(Pushed manifest, String tag) {
    String target = "/v2/" + manifest.repository() + "/manifests/" + manifest.digest();
    Response found =
        expect(wire.apply(Request.of("GET", target).with("Accept", Media.ALL)), target, 200);
    manifest(manifest.repository(), tag, manifest.mediaType(), found.body());
  }

  /**
   * Pushes any bytes as a manifest.
   *
   * @param repository where to
   * @param reference a tag, or the digest of the bytes
   * @param mediaType its content type
   * @param bytes the manifest
   * @return the answer, a 201
   */
  public Response manifest(String repository, String reference, String mediaType, byte[] bytes) {
    String target = "/v2/" + repository + "/manifests/" + reference;
    return expect(
        wire.apply(Request.of("PUT", target).with("Content-Type", mediaType).with(bytes)),
        target,
        201);
  }

  /**
   * Uploads a blob, unless the repository has it.
   *
   * @param repository where to
   * @param bytes the blob
   * @return its digest
   */
  public String blob(String repository, byte[] bytes) {
    String digest = Media.digest(bytes);
    if (wire.apply(Request.of("HEAD", "/v2/" + repository + "/blobs/" + digest)).status() == 200) {
      return digest;
    }
    String uploads = "/v2/" + repository + "/blobs/uploads/";
    String location =
        expect(wire.apply(Request.of("POST", uploads)), uploads, 202)
            .header("Location")
            .orElseThrow(() -> new IllegalStateException("an upload without a Location"));
    String target =
        location
            + (location.contains("?") ? "&" : "?")
            + "digest="
            + URLEncoder.encode(digest, StandardCharsets.UTF_8);
    expect(
        wire.apply(
            Request.of("PUT", target).with("Content-Type", "application/octet-stream").with(bytes)),
        uploads,
        201);
    return digest;
  }

  private static Response expect(Response answer, String target, int status) {
    if (answer.status() != status) {
      throw new IllegalStateException(
          target + " answered " + answer.status() + ", not " + status + ": " + answer.text());
    }
    return answer;
  }
}
