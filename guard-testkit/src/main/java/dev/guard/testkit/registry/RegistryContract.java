package dev.guard.testkit.registry;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.guard.testkit.http.Request;
import dev.guard.testkit.http.Response;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * What a registry of the family of CNCF Distribution 2.8 does on the wire, as tests: JUnit 5 runs
 * them in every class that implements this. They push what they need by plain HTTP, without
 * authentication, into repositories under a random prefix, and leave it there.
 *
 * <pre>{@code
 * class OurRegistryTest implements RegistryContract {
 *   public URI registry() { return URI.create("http://127.0.0.1:5000"); }
 * }
 * }</pre>
 */
public interface RegistryContract {
  /**
   * Where the registry listens.
   *
   * @return its address, without {@code /v2}
   */
  URI registry();

  /**
   * Whether it allows deletion; if not, the contract wants every deletion refused.
   *
   * @return whether it does
   */
  default boolean deleteEnabled() {
    return true;
  }

  /** A ping is answered with JSON and the version of the API. */
  @Test
  default void ping() {
    Response answer = Contact.of(this).get("/v2/");
    assertEquals(200, answer.status());
    assertEquals("{}", answer.text());
    assertEquals("registry/2.0", answer.header("Docker-Distribution-Api-Version").orElse(""));
    assertEquals(301, Contact.of(this).get("/v2").status());
  }

  /** What is no endpoint is answered in text, not in the JSON of an absent manifest. */
  @Test
  default void noEndpoint() {
    Contact contact = Contact.of(this);
    for (String path : List.of("/nothing", "/v2/UPPER/tags/list", "/v2/a/manifests/-bad")) {
      Response answer = contact.get(path);
      assertEquals(404, answer.status(), path);
      assertTrue(answer.header("Content-Type").orElse("").startsWith("text/plain"), path);
      assertEquals("404 page not found\n", answer.text());
    }
  }

  /** There is no referrers API: 404 in text. */
  @Test
  default void noReferrersApi() {
    Contact contact = Contact.of(this);
    String name = contact.repository();
    Pushed image = contact.publisher().push(name, "v1", ImageSpec.of(name));
    Response answer = contact.get("/v2/" + name + "/referrers/" + image.digest());
    assertEquals(404, answer.status());
    assertTrue(answer.header("Content-Type").orElse("").startsWith("text/plain"));
    assertTrue(answer.header("OCI-Subject").isEmpty());
  }

  /** A manifest comes back byte by byte, with its digest, its type and its length. */
  @Test
  default void exactBytes() {
    Contact contact = Contact.of(this);
    String name = contact.repository();
    Pushed image = contact.publisher().push(name, "v1", ImageSpec.of(name).label("a", "ä"));
    for (String reference : List.of("v1", image.digest())) {
      Response got = contact.manifest(name, reference);
      assertEquals(200, got.status());
      assertEquals(image.digest(), got.header("Docker-Content-Digest").orElse(""));
      assertEquals(image.digest(), Media.digest(got.body()));
      assertEquals(image.mediaType(), got.header("Content-Type").orElse(""));
      assertEquals(image.size(), got.body().length);
      Response head = contact.head(name, reference);
      assertEquals(200, head.status());
      assertEquals(image.digest(), head.header("Docker-Content-Digest").orElse(""));
      assertEquals(Integer.toString(image.size()), head.header("Content-Length").orElse(""));
      assertEquals(0, head.body().length);
    }
  }

  /** An OCI manifest or index is hidden from an Accept that does not name it, *&#47;* included. */
  @Test
  default void acceptHidesOciManifests() {
    Contact contact = Contact.of(this);
    String name = contact.repository();
    Pushed image = contact.publisher().push(name, "image", ImageSpec.of(name));
    contact.publisher().push(name, "index", IndexSpec.oci().add(image));
    for (String accept : List.of("", "*/*", Media.DOCKER_MANIFEST)) {
      contact.refused(
          contact.read(name, "image", accept),
          404,
          "MANIFEST_UNKNOWN",
          "OCI manifest found, but accept header does not support OCI manifests");
      contact.refused(
          contact.read(name, "index", accept),
          404,
          "MANIFEST_UNKNOWN",
          "OCI index found, but accept header does not support OCI indexes");
    }
    assertEquals(200, contact.read(name, "index", Media.OCI_INDEX + ";q=0.5, text/plain").status());
  }

  /** A Docker list read by tag without being named becomes the amd64 child, or an error. */
  @Test
  default void acceptTurnsADockerListIntoItsChild() {
    Contact contact = Contact.of(this);
    String name = contact.repository();
    Pushed amd = contact.publisher().push(name, ImageSpec.of(name + " amd").docker());
    Pushed arm =
        contact
            .publisher()
            .push(name, ImageSpec.of(name + " arm").docker().platform("linux/arm64"));
    Pushed list = contact.publisher().push(name, "v1", IndexSpec.dockerList().add(arm).add(amd));
    contact.publisher().push(name, "arm", IndexSpec.dockerList().add(arm));
    assertEquals(list.digest(), contact.digest(contact.manifest(name, "v1")));
    assertEquals(amd.digest(), contact.digest(contact.read(name, "v1", Media.DOCKER_MANIFEST)));
    assertEquals(
        list.digest(), contact.digest(contact.read(name, list.digest(), Media.DOCKER_MANIFEST)));
    contact.refused(contact.read(name, "v1", ""), 400, "MANIFEST_INVALID", "manifest invalid");
    contact.refused(
        contact.read(name, "arm", Media.DOCKER_MANIFEST),
        404,
        "MANIFEST_UNKNOWN",
        "manifest unknown");
  }

  /** What is not there is absent in JSON: repository, tag, digest, blob. */
  @Test
  default void absent() {
    Contact contact = Contact.of(this);
    String name = contact.repository();
    contact.publisher().push(name, "v1", ImageSpec.of(name));
    contact.refused(
        contact.get("/v2/" + name + "/none/tags/list"),
        404,
        "NAME_UNKNOWN",
        "repository name not known to registry");
    for (String reference : List.of("v2", Contact.ZERO)) {
      contact.refused(
          contact.manifest(name, reference), 404, "MANIFEST_UNKNOWN", "manifest unknown");
      assertEquals(404, contact.head(name, reference).status());
      contact.refused(
          contact.manifest(name + "/none", reference), 404, "MANIFEST_UNKNOWN", "manifest unknown");
    }
    contact.refused(
        contact.get("/v2/" + name + "/blobs/" + Contact.ZERO),
        404,
        "BLOB_UNKNOWN",
        "blob unknown to registry");
  }

  /** All tags come at once, in any order, whatever is asked for. */
  @Test
  default void tagsComeAllAtOnce() {
    Contact contact = Contact.of(this);
    String name = contact.repository();
    Pushed image = contact.publisher().push(name, "t0", ImageSpec.of(name));
    Set<String> expected = new TreeSet<>(Set.of("t0"));
    for (int i = 1; i < 12; i++) {
      contact.publisher().tag(image, "t" + i);
      expected.add("t" + i);
    }
    for (String query : List.of("", "?n=3", "?n=3&last=t5", "?n=0", "?n=x")) {
      Response answer = contact.get("/v2/" + name + "/tags/list" + query);
      assertEquals(200, answer.status());
      assertTrue(answer.header("Link").isEmpty());
      JsonNode json = RegistryStore.parse(answer.body());
      assertEquals(name, json.path("name").asText());
      List<String> tags = new ArrayList<>();
      json.path("tags").forEach(tag -> tags.add(tag.asText()));
      assertEquals(12, tags.size());
      assertEquals(expected, new TreeSet<>(tags));
    }
  }

  /** A repository that never had a tag is unknown to the list of tags, though it has manifests. */
  @Test
  default void aRepositoryNeverTaggedHasNoTagList() {
    Contact contact = Contact.of(this);
    String name = contact.repository();
    Pushed image = contact.publisher().push(name, ImageSpec.of(name));
    contact.refused(
        contact.get("/v2/" + name + "/tags/list"),
        404,
        "NAME_UNKNOWN",
        "repository name not known to registry");
    assertEquals(200, contact.manifest(name, image.digest()).status());
    assertTrue(contact.catalog().contains(name));
  }

  /** The catalog comes in pages, each with a relative, encoded link to the next. */
  @Test
  default void catalogPages() {
    Contact contact = Contact.of(this);
    String name = contact.repository();
    for (int i = 0; i < 3; i++) {
      contact.publisher().blob(name + "/r" + i, name.getBytes(StandardCharsets.UTF_8));
    }
    List<String> all = contact.catalog();
    List<String> sorted = new ArrayList<>(all);
    sorted.sort(RegistryStore.WALK);
    assertEquals(sorted, all);
    assertTrue(all.containsAll(List.of(name + "/r0", name + "/r1", name + "/r2")));
    Response page = contact.get("/v2/_catalog?n=1&last=" + name + "/r0");
    assertEquals("{\"repositories\":[\"" + name + "/r1\"]}", page.text().strip());
    assertEquals(
        "</v2/_catalog?last=" + name.replace("/", "%2F") + "%2Fr1&n=1>; rel=\"next\"",
        page.header("Link").orElse(""));
    Response none = contact.get("/v2/_catalog?n=0");
    assertEquals("{\"repositories\":[]}", none.text().strip());
    assertTrue(none.header("Link").isEmpty());
    contact.refused(
        contact.get("/v2/_catalog?n=1001"),
        400,
        "PAGINATION_NUMBER_INVALID",
        "invalid number of results requested");
    for (String odd : List.of("-5", "abc")) {
      assertEquals(contact.get("/v2/_catalog").text(), contact.get("/v2/_catalog?n=" + odd).text());
    }
  }

  /** A manifest is taken only with all its parts, an index only with all its children. */
  @Test
  default void partsComeFirst() {
    Contact contact = Contact.of(this);
    String name = contact.repository();
    Pushed elsewhere = contact.publisher().push(name + "/other", ImageSpec.of(name));
    contact.refused(
        contact.put(name, "v1", Media.OCI_INDEX, IndexSpec.oci().add(elsewhere).bytes()),
        400,
        "MANIFEST_BLOB_UNKNOWN",
        "blob unknown to registry");
    ImageSpec image = ImageSpec.of(name);
    contact.refused(
        contact.put(name, "v1", Media.OCI_MANIFEST, image.manifest(image.config(), image.layers())),
        400,
        "MANIFEST_BLOB_UNKNOWN",
        "blob unknown to registry");
    assertEquals(404, contact.head(name, "v1").status());
  }

  /** A nested index, an attestation and a subject that is not there are taken. */
  @Test
  default void unusualManifestsAreTaken() {
    Contact contact = Contact.of(this);
    Publisher publisher = contact.publisher();
    String name = contact.repository();
    Pushed image = publisher.push(name, ImageSpec.of(name));
    Pushed told = publisher.push(name, ImageSpec.of("told of " + name).artifact("a/b"));
    Pushed inner = publisher.push(name, IndexSpec.oci().add(image).attestation(told, image));
    Pushed outer = publisher.push(name, "v1", IndexSpec.oci().add(inner));
    assertEquals(outer.digest(), contact.digest(contact.manifest(name, "v1")));
    Pushed gone =
        new Pushed(name, Contact.ZERO, Media.OCI_MANIFEST, 2, "", List.of(), "linux/amd64");
    Pushed referrer = publisher.referrer(gone, "a/b", "about nothing");
    assertEquals(200, contact.manifest(name, referrer.digest()).status());
    assertEquals(
        Media.OCI_INDEX,
        contact.manifest(name, Contact.ZERO.replace(':', '-')).header("Content-Type").orElse(""));
  }

  /** A manifest that is not what it says is refused. */
  @Test
  default void wrongManifestsAreRefused() {
    Contact contact = Contact.of(this);
    String name = contact.repository();
    Pushed image = contact.publisher().push(name, ImageSpec.of(name));
    byte[] bytes = contact.manifest(name, image.digest()).body();
    contact.refused(
        contact.put(name, Contact.ZERO, image.mediaType(), bytes),
        400,
        "DIGEST_INVALID",
        "provided digest did not match uploaded content");
    for (String type : List.of("application/json", Media.OCI_INDEX, Media.DOCKER_MANIFEST)) {
      assertEquals(400, contact.put(name, "v1", type, bytes).status(), type);
    }
    contact.refused(
        contact.put(name, "v1", Media.OCI_MANIFEST, "garbage".getBytes(StandardCharsets.UTF_8)),
        400,
        "MANIFEST_INVALID",
        "manifest invalid");
    assertEquals(404, contact.head(name, "v1").status());
  }

  /** A reference that looks like a digest and is none is the server's error, not a 404. */
  @Test
  default void halfADigestIsAnError() {
    Contact contact = Contact.of(this);
    String name = contact.repository();
    Pushed image = contact.publisher().push(name, "v1", ImageSpec.of(name));
    String upper = "sha256:" + image.digest().substring(7).toUpperCase(java.util.Locale.ROOT);
    assertEquals(500, contact.manifest(name, upper).status());
    assertEquals(500, contact.manifest(name, "tag:tag").status());
  }

  /** A digest known to the client is not sent again. */
  @Test
  default void notModified() {
    Contact contact = Contact.of(this);
    String name = contact.repository();
    Pushed image = contact.publisher().push(name, "v1", ImageSpec.of(name));
    Request request =
        Request.of("GET", "/v2/" + name + "/manifests/v1")
            .with("Accept", Media.ALL)
            .with("If-None-Match", "\"" + image.digest() + "\"");
    assertEquals(304, contact.send(request).status());
  }

  /** Deleting a digest takes every tag on it, once; there is no condition on it. */
  @Test
  default void deletingADigestTakesAllItsTags() {
    Contact contact = Contact.of(this);
    String name = contact.repository();
    Pushed image = contact.publisher().push(name, "v1", ImageSpec.of(name));
    contact.publisher().tag(image, "production");
    contact.publisher().push(name + "/twin", "v1", ImageSpec.of(name));
    String target = "/v2/" + name + "/manifests/" + image.digest();
    Request conditional = Request.of("DELETE", target).with("If-Match", "\"other\"");
    if (!deleteEnabled()) {
      contact.refused(
          contact.send(conditional), 405, "UNSUPPORTED", "The operation is unsupported.");
      assertEquals(200, contact.head(name, "production").status());
      return;
    }
    assertEquals(202, contact.send(conditional).status());
    assertEquals(404, contact.head(name, "v1").status());
    assertEquals(404, contact.head(name, "production").status());
    contact.refused(
        contact.send(Request.of("DELETE", target)), 404, "MANIFEST_UNKNOWN", "manifest unknown");
    Response tags = contact.get("/v2/" + name + "/tags/list");
    assertEquals("{\"name\":\"" + name + "\",\"tags\":null}", tags.text().strip());
    assertTrue(contact.catalog().contains(name), "an emptied repository stays in the catalog");
    assertEquals(200, contact.head(name + "/twin", "v1").status(), "another repository's twin");
  }

  /** The harmless probe: deleting what cannot exist tells whether deleting is allowed. */
  @Test
  default void probe() {
    Contact contact = Contact.of(this);
    String name = contact.repository();
    contact.publisher().push(name, "v1", ImageSpec.of(name));
    for (String repository : List.of(name, name + "/none")) {
      Response answer =
          contact.send(Request.of("DELETE", "/v2/" + repository + "/manifests/" + Contact.ZERO));
      if (deleteEnabled()) {
        contact.refused(answer, 404, "MANIFEST_UNKNOWN", "manifest unknown");
      } else {
        contact.refused(answer, 405, "UNSUPPORTED", "The operation is unsupported.");
      }
    }
    assertEquals(200, contact.head(name, "v1").status());
  }

  /** A tag cannot be deleted, and trying changes nothing. */
  @Test
  default void tagsAreNotDeleted() {
    Contact contact = Contact.of(this);
    String name = contact.repository();
    contact.publisher().push(name, "v1", ImageSpec.of(name));
    Response answer = contact.send(Request.of("DELETE", "/v2/" + name + "/manifests/v1"));
    if (deleteEnabled()) {
      contact.refused(
          answer, 400, "DIGEST_INVALID", "provided digest did not match uploaded content");
    } else {
      contact.refused(answer, 405, "UNSUPPORTED", "The operation is unsupported.");
    }
    assertEquals(200, contact.head(name, "v1").status());
  }

  /** A child of a living index can be deleted, and the index does not show it. */
  @Test
  default void anIndexSurvivesItsChildren() {
    if (!deleteEnabled()) {
      return;
    }
    Contact contact = Contact.of(this);
    String name = contact.repository();
    Pushed image = contact.publisher().push(name, ImageSpec.of(name));
    contact.publisher().push(name, "v1", IndexSpec.oci().add(image));
    String child = "/v2/" + name + "/manifests/" + image.digest();
    assertEquals(202, contact.send(Request.of("DELETE", child)).status());
    assertEquals(200, contact.manifest(name, "v1").status());
    assertEquals(404, contact.manifest(name, image.digest()).status());
  }

  /** A blob can be deleted beneath a manifest, and the manifest does not show it. */
  @Test
  default void aManifestSurvivesItsBlobs() {
    if (!deleteEnabled()) {
      return;
    }
    Contact contact = Contact.of(this);
    String name = contact.repository();
    Pushed image = contact.publisher().push(name, "v1", ImageSpec.of(name));
    String layer = "/v2/" + name + "/blobs/" + image.layers().get(0);
    assertEquals(202, contact.send(Request.of("DELETE", layer)).status());
    assertEquals(404, contact.get(layer).status());
    assertEquals(200, contact.head(name, "v1").status());
  }

  /** Blobs are read whole, in part, and not at all. */
  @Test
  default void blobs() {
    Contact contact = Contact.of(this);
    String name = contact.repository();
    byte[] bytes = ("hello " + name).getBytes(StandardCharsets.UTF_8);
    String digest = contact.publisher().blob(name, bytes);
    String target = "/v2/" + name + "/blobs/" + digest;
    Response whole = contact.get(target);
    assertEquals(200, whole.status());
    assertArrayEquals(bytes, whole.body());
    assertEquals(digest, whole.header("Docker-Content-Digest").orElse(""));
    Response head = contact.send(Request.of("HEAD", target));
    assertEquals(200, head.status());
    assertEquals(Integer.toString(bytes.length), head.header("Content-Length").orElse(""));
    Response first = contact.send(Request.of("GET", target).with("Range", "bytes=0-0"));
    assertEquals(206, first.status());
    assertEquals("h", first.text());
    assertEquals("bytes 0-0/" + bytes.length, first.header("Content-Range").orElse(""));
    contact.refused(
        contact.get("/v2/" + name + "/other/blobs/" + digest),
        404,
        "BLOB_UNKNOWN",
        "blob unknown to registry");
  }

  /** A blob is mounted from a repository that has it; else an upload is offered. */
  @Test
  default void mount() {
    Contact contact = Contact.of(this);
    String name = contact.repository();
    byte[] bytes = ("mount " + name).getBytes(StandardCharsets.UTF_8);
    String digest = contact.publisher().blob(name, bytes);
    String uploads = "/v2/" + name + "/copy/blobs/uploads/?from=" + name + "&mount=";
    Response mounted = contact.send(Request.of("POST", uploads + digest));
    assertEquals(201, mounted.status());
    assertEquals(digest, mounted.header("Docker-Content-Digest").orElse(""));
    assertArrayEquals(bytes, contact.get("/v2/" + name + "/copy/blobs/" + digest).body());
    Response refused = contact.send(Request.of("POST", uploads + Contact.ZERO));
    assertEquals(202, refused.status());
    assertTrue(refused.header("Docker-Upload-Uuid").isPresent());
  }

  /** A blob is uploaded in pieces, and refused if it is not what its digest says. */
  @Test
  default void uploads() {
    Contact contact = Contact.of(this);
    String name = contact.repository();
    byte[] bytes = ("pieces " + name).getBytes(StandardCharsets.UTF_8);
    String first = contact.begin(name);
    Response more = contact.send(Request.of("PATCH", first).with(bytes));
    assertEquals(202, more.status());
    assertEquals("0-" + (bytes.length - 1), more.header("Range").orElse(""));
    String location = more.header("Location").orElse("");
    assertNotEquals(first, location);
    String digest = Media.digest(bytes);
    Response done = contact.send(Request.of("PUT", location + "&digest=" + digest));
    assertEquals(201, done.status());
    assertArrayEquals(bytes, contact.get("/v2/" + name + "/blobs/" + digest).body());
    contact.refused(
        contact.send(
            Request.of("PUT", contact.begin(name) + "&digest=" + Contact.ZERO).with(bytes)),
        400,
        "DIGEST_INVALID",
        "provided digest did not match uploaded content");
    contact.refused(
        contact.send(Request.of("PUT", contact.begin(name)).with(bytes)),
        400,
        "DIGEST_INVALID",
        "provided digest did not match uploaded content");
  }

  /** A tag moves with the next push, and its old manifest stays. */
  @Test
  default void tagsMove() {
    Contact contact = Contact.of(this);
    String name = contact.repository();
    Pushed old = contact.publisher().push(name, "v1", ImageSpec.of(name + " old"));
    Pushed now = contact.publisher().push(name, "v1", ImageSpec.of(name + " new"));
    assertEquals(now.digest(), contact.digest(contact.manifest(name, "v1")));
    assertEquals(200, contact.manifest(name, old.digest()).status());
  }
}
