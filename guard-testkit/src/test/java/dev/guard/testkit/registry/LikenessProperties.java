package dev.guard.testkit.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.guard.testkit.http.Request;
import dev.guard.testkit.http.Response;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.jspecify.annotations.Nullable;

/** Asked the same things in the same order, the fake and the real registry answer the same. */
class LikenessProperties {
  private static final String ZERO = "sha256:" + "0".repeat(64);
  private static final List<String> ACCEPTS =
      List.of(Media.ALL, "", "*/*", Media.DOCKER_MANIFEST, Media.OCI_MANIFEST, Media.DOCKER_LIST);
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static final AtomicInteger TRY = new AtomicInteger();

  private static @Nullable RealRegistry real;
  private static @Nullable FakeRegistry fake;

  @BeforeContainer
  static void start() {
    if (RealRegistry.installed()) {
      real = RealRegistry.start();
      fake = FakeRegistry.start();
    }
  }

  @AfterContainer
  static void stop() {
    if (real != null) {
      real.close();
    }
    if (fake != null) {
      fake.close();
    }
  }

  @Property(tries = 30)
  void theFakeAnswersAsTheRealOne(
      @ForAll @Size(max = 40) List<@IntRange(max = 1_000_000_000) Integer> choices) {
    assumeTrue(real != null);
    Pair pair =
        new Pair(
            Objects.requireNonNull(real).uri(),
            Objects.requireNonNull(fake).uri(),
            String.format(Locale.ROOT, "p%06d", TRY.incrementAndGet()));
    choices.forEach(pair::step);
    pair.compareAll();
  }

  /** The two, and what was pushed to both so far. */
  private static final class Pair {
    private final URI realUri;
    private final URI fakeUri;
    private final Publisher realPublisher;
    private final Publisher fakePublisher;
    private final String prefix;
    private final List<Pushed> pushed = new ArrayList<>();

    Pair(URI realUri, URI fakeUri, String prefix) {
      this.realUri = realUri;
      this.fakeUri = fakeUri;
      this.prefix = prefix;
      realPublisher = Publisher.to(realUri);
      fakePublisher = Publisher.to(fakeUri);
    }

    private String repository(int choice) {
      return prefix + "/" + List.of("a", "b/c", "b-d").get(choice % 3);
    }

    private static String tag(int choice) {
      return List.of("v1", "v2", "Stable_3", "sha256-x.sig").get(choice % 4);
    }

    private Pushed any(int choice) {
      return pushed.isEmpty()
          ? new Pushed(
              repository(choice), ZERO, Media.OCI_MANIFEST, 2, ZERO, List.of(), "linux/amd64")
          : pushed.get(choice % pushed.size());
    }

    void step(int choice) {
      int what = choice % 16;
      int a = choice / 16;
      int b = a / 16;
      int c = b / 16;
      Pushed known = any(b);
      String here = a % 2 == 0 ? known.repository() : repository(a);
      switch (what) {
        case 0, 1 -> image(a, b, c);
        case 2, 3 -> index(a, b, c);
        case 4 -> tagAgain(known, a);
        case 5, 6 -> read("GET", here, c % 2 == 0 ? known.digest() : tag(c), a);
        case 7 -> read("HEAD", here, c % 2 == 0 ? known.digest() : tag(c), a);
        case 8 -> both(Request.of("DELETE", "/v2/" + here + "/manifests/" + known.digest()));
        case 9 -> both(Request.of("DELETE", "/v2/" + here + "/manifests/" + tag(c)));
        case 10 -> both(Request.of("DELETE", "/v2/" + here + "/manifests/" + ZERO));
        case 11 -> tags(here);
        case 12 -> catalog(1 + a % 4);
        case 13 -> blob(here, known, c);
        case 14 ->
            both(
                Request.of(
                    "POST",
                    "/v2/"
                        + repository(c)
                        + "/blobs/uploads/?mount="
                        + known.config()
                        + "&from="
                        + known.repository()));
        default -> both(Request.of("GET", "/v2/" + here + "/referrers/" + known.digest()));
      }
    }

    private void image(int a, int b, int c) {
      ImageSpec spec = ImageSpec.of(prefix + " " + a % 4);
      spec = b % 3 == 0 ? spec.docker() : spec;
      spec = b % 5 == 0 ? spec.platform("linux/arm64") : spec;
      String repository = repository(c);
      boolean tagged = b % 2 == 0;
      Pushed one =
          tagged
              ? realPublisher.push(repository, tag(a), spec)
              : realPublisher.push(repository, spec);
      Pushed two =
          tagged
              ? fakePublisher.push(repository, tag(a), spec)
              : fakePublisher.push(repository, spec);
      assertThat(two).isEqualTo(one);
      pushed.add(one);
    }

    private void index(int a, int b, int c) {
      Pushed one = any(b);
      Pushed two = any(c);
      IndexSpec spec = a % 3 == 0 ? IndexSpec.dockerList() : IndexSpec.oci();
      spec = spec.add(one, "linux/amd64");
      spec = a % 2 == 0 ? spec : spec.add(two, "linux/arm64");
      byte[] bytes = spec.bytes();
      String digest = Media.digest(bytes);
      Response answer =
          both(
              Request.of(
                      "PUT",
                      "/v2/" + one.repository() + "/manifests/" + (c % 3 == 0 ? digest : tag(c)))
                  .with("Content-Type", spec.mediaType())
                  .with(bytes));
      if (answer.status() == 201) {
        pushed.add(
            new Pushed(
                one.repository(), digest, spec.mediaType(), bytes.length, ZERO, List.of(), ""));
      }
    }

    private void tagAgain(Pushed known, int choice) {
      Request get =
          Request.of("GET", "/v2/" + known.repository() + "/manifests/" + known.digest())
              .with("Accept", Media.ALL);
      Response found = both(get);
      if (found.status() == 200) {
        both(
            Request.of("PUT", "/v2/" + known.repository() + "/manifests/" + tag(choice))
                .with("Content-Type", known.mediaType())
                .with(found.body()));
      }
    }

    private void read(String method, String repository, String reference, int choice) {
      String accept = ACCEPTS.get(choice % ACCEPTS.size());
      Request request = Request.of(method, "/v2/" + repository + "/manifests/" + reference);
      both(accept.isEmpty() ? request : request.with("Accept", accept));
    }

    private void blob(String repository, Pushed known, int choice) {
      String digest = known.layers().isEmpty() ? known.config() : known.layers().get(0);
      String target = "/v2/" + repository + "/blobs/" + digest;
      both(
          switch (choice % 4) {
            case 0 -> Request.of("HEAD", target);
            case 1 -> Request.of("GET", target).with("Range", "bytes=1-3");
            case 2 -> Request.of("GET", target);
            default -> Request.of("DELETE", target);
          });
    }

    private void tags(String repository) {
      both(Request.of("GET", "/v2/" + repository + "/tags/list"));
    }

    private void catalog(int n) {
      both(Request.of("GET", "/v2/_catalog?n=" + n + "&last=" + prefix));
    }

    void compareAll() {
      catalog(1000);
      for (int i = 0; i < 3; i++) {
        tags(repository(i));
        for (int j = 0; j < 4; j++) {
          read("GET", repository(i), tag(j), 0);
        }
      }
      for (Pushed each : pushed) {
        read("GET", each.repository(), each.digest(), 0);
      }
    }

    private Response both(Request request) {
      Response one = Publisher.send(CLIENT, realUri.toString(), null, request);
      Response two = Publisher.send(CLIENT, fakeUri.toString(), null, request);
      assertThat(told(two, fakeUri)).as(request.toString()).isEqualTo(told(one, realUri));
      return one;
    }

    /** What of an answer must be alike. */
    private static List<String> told(Response answer, URI base) {
      List<String> told = new ArrayList<>();
      told.add("status " + answer.status());
      for (String header :
          List.of("Content-Type", "Docker-Content-Digest", "Link", "Etag", "Content-Range")) {
        told.add(header + " " + answer.header(header).orElse("(none)"));
      }
      String location = answer.header("Location").orElse("(none)");
      told.add("Location " + location.replace(base.toString(), "").replaceAll("/uploads/.*", ""));
      JsonNode json = RegistryStore.parse(answer.body());
      if (json.path("errors").isArray()) {
        TreeSet<String> errors = new TreeSet<>();
        json.path("errors")
            .forEach(it -> errors.add(it.path("code").asText() + it.path("message").asText()));
        told.add("errors " + errors);
      } else if (json.has("tags")) {
        TreeSet<String> tags = new TreeSet<>();
        json.path("tags").forEach(it -> tags.add(it.asText()));
        told.add("tags " + json.path("tags").isNull() + tags);
      } else {
        told.add("body " + answer.text().strip());
      }
      return told;
    }
  }
}
