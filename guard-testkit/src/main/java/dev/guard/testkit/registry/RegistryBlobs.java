package dev.guard.testkit.registry;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.guard.testkit.http.Request;
import dev.guard.testkit.http.Response;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reading and deleting blobs, and the uploads that bring them. */
final class RegistryBlobs {
  private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d*)");
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final RegistryStore store;
  private final RegistryOptions options;
  private final Supplier<String> base;
  private final Supplier<String> blobStore;
  private final Map<String, ByteArrayOutputStream> uploads = new HashMap<>();
  private int uploadCount;

  RegistryBlobs(
      RegistryStore store,
      RegistryOptions options,
      Supplier<String> base,
      Supplier<String> blobStore) {
    this.store = store;
    this.options = options;
    this.base = base;
    this.blobStore = blobStore;
  }

  Response blob(String name, String digest, Request request, boolean privileged) {
    byte[] bytes = store.blob(name, digest);
    switch (request.method()) {
      case "GET", "HEAD":
        if (bytes == null) {
          return RegistryErrors.error(
              404, "BLOB_UNKNOWN", "blob unknown to registry", NODES.textNode(digest));
        }
        if (options.redirectBlobs()) {
          return Response.of(307)
              .with("Location", blobStore.get() + "/store/" + digest + "?signature=fake")
              .with("Docker-Content-Digest", digest);
        }
        return part(bytes, request)
            .with("Cache-Control", "max-age=31536000")
            .with("Docker-Content-Digest", digest)
            .with("Etag", "\"" + digest + "\"");
      case "DELETE":
        if (!options.deleteEnabled() && !privileged) {
          return RegistryErrors.error(405, "UNSUPPORTED", "The operation is unsupported.", null);
        }
        return store.unlinkBlob(name, digest)
            ? Response.of(202)
            : RegistryErrors.error(404, "BLOB_UNKNOWN", "blob unknown to registry", null);
      default:
        return RegistryErrors.notAllowed("DELETE, GET, HEAD");
    }
  }

  /** What the blob store behind a redirect answers: it knows nothing of repositories. */
  Response redirected(Request request) {
    String digest = request.path().substring(request.path().lastIndexOf('/') + 1);
    for (String repository : store.repositories()) {
      byte[] bytes = store.blob(repository, digest);
      if (bytes != null) {
        return part(bytes, request);
      }
    }
    return Response.text(404, "application/xml", "<Error><Code>NoSuchKey</Code></Error>");
  }

  private static Response part(byte[] bytes, Request request) {
    Matcher range = RANGE.matcher(request.header("Range").orElse(""));
    if (!range.matches()) {
      return Response.bytes(200, "application/octet-stream", bytes).with("Accept-Ranges", "bytes");
    }
    int from = Integer.parseInt(range.group(1));
    if (from >= bytes.length) {
      return Response.text(416, "text/plain; charset=utf-8", "invalid range\n")
          .with("Content-Range", "bytes */" + bytes.length);
    }
    int to =
        range.group(2).isEmpty()
            ? bytes.length - 1
            : Math.min(Integer.parseInt(range.group(2)), bytes.length - 1);
    return Response.bytes(206, "application/octet-stream", Arrays.copyOfRange(bytes, from, to + 1))
        .with("Accept-Ranges", "bytes")
        .with("Content-Range", "bytes " + from + "-" + to + "/" + bytes.length);
  }

  Response begin(String name, Request request) {
    String mount = request.query("mount").orElse("");
    String from = request.query("from").orElse("");
    if (!mount.isEmpty() && !options.mountRefused() && store.mount(from, name, mount)) {
      return Response.of(201)
          .with("Docker-Content-Digest", mount)
          .with("Location", base.get() + "/v2/" + name + "/blobs/" + mount);
    }
    String id = new UUID(0, ++uploadCount).toString();
    uploads.put(id, new ByteArrayOutputStream());
    store.touch(name);
    return accepted(name, id, 0);
  }

  private Response accepted(String name, String id, int size) {
    return Response.of(202)
        .with("Docker-Upload-Uuid", id)
        .with("Range", "0-" + Math.max(0, size - 1))
        .with("Location", base.get() + "/v2/" + name + "/blobs/uploads/" + id + "?_state=s" + size);
  }

  Response upload(String name, String id, Request request) {
    ByteArrayOutputStream upload = uploads.get(id);
    if (upload == null) {
      return RegistryErrors.error(
          404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry", null);
    }
    switch (request.method()) {
      case "GET":
        return Response.of(204)
            .with("Docker-Upload-Uuid", id)
            .with("Range", "0-" + Math.max(0, upload.size() - 1));
      case "PATCH":
        upload.writeBytes(request.body());
        return accepted(name, id, upload.size());
      case "DELETE":
        uploads.remove(id);
        return Response.of(204);
      case "PUT":
        String digest = request.query("digest").orElse("");
        if (digest.isEmpty()) {
          return RegistryErrors.error(
              400,
              "DIGEST_INVALID",
              "provided digest did not match uploaded content",
              NODES.textNode("digest missing"));
        }
        upload.writeBytes(request.body());
        uploads.remove(id);
        byte[] bytes = upload.toByteArray();
        if (!Media.digest(bytes).equals(digest)) {
          return RegistryErrors.error(
              400, "DIGEST_INVALID", "provided digest did not match uploaded content", null);
        }
        store.putBlob(name, digest, bytes);
        return Response.of(201)
            .with("Docker-Content-Digest", digest)
            .with("Location", base.get() + "/v2/" + name + "/blobs/" + digest);
      default:
        return RegistryErrors.notAllowed("DELETE, GET, HEAD, PATCH, PUT");
    }
  }
}
