package dev.guard.registry;

import com.fasterxml.jackson.databind.JsonNode;
import dev.guard.GuardConfigurationException;
import dev.guard.Permit;
import dev.guard.Target;
import dev.guard.internal.json.Json;
import dev.guard.registry.reference.ContentDigest;
import dev.guard.registry.reference.ImageReference;
import dev.guard.registry.reference.RepositoryKey;
import dev.guard.time.Time;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A client of one OCI registry that never guesses: every read says {@link Answer} by {@link Answer}
 * what is known, lists are complete or an error, manifests are byte-exact, and nothing destructive
 * is ever repeated.
 *
 * <ul>
 *   <li>Reads are tried three times, honouring {@code Retry-After} up to 30 seconds; deleting is
 *       tried once, by us and by the JDK's client.
 *   <li>Redirects are followed for reads only, without credentials across origins, never from https
 *       to http.
 *   <li>Bodies are bounded while they stream; a cut, short or altered body is {@link
 *       Answer#UNKNOWN}.
 *   <li>{@link Answer#ABSENT} needs the registry's own words and credentials proven good for that
 *       repository.
 *   <li>There is no deletion of tags or blobs, and no "push a dummy over the tag": see {@link
 *       #untag}.
 * </ul>
 *
 * <p>Deleting takes a {@link Permit} of action {@value #DELETE} for {@link #target}, redeemed
 * before a byte leaves.
 *
 * <pre>{@code
 * RegistryClient registry =
 *     RegistryClient.at(URI.create("https://registry.example.com")).credentials(Credentials.docker()).build();
 * Reading<Manifest> image = registry.manifest("team/app", "v1");
 * }</pre>
 *
 * <p>Thread-safe. Owns no thread but those of the JDK's HTTP client; share one instance.
 */
public final class RegistryClient {
  /** The action a permit for deleting must be for. */
  public static final String DELETE = "registry.delete";

  /** The kind of the targets. */
  public static final String KIND = "image";

  private static final String USER_AGENT = "guard/0.1";
  private static final Duration READ = Duration.ofSeconds(30);
  private static final Duration DELETING = Duration.ofSeconds(60);
  private static final int MAX_MANIFEST = 4 * 1024 * 1024;
  private static final int MAX_PAGE = 32 * 1024 * 1024;
  private static final int MAX_ERROR = 64 * 1024;
  private static final int MAX_PAGES = 20_000;
  private static final int MAX_NAMES = 5_000_000;
  private static final int MAX_REDIRECTS = 5;
  private static final Duration CATALOG_PROOF = Duration.ofMinutes(1);

  private final URI base;
  private final String host;
  private final Wire wire;
  private final Retry retry;
  private final Authorizer authorizer;
  private final Time time;
  private final Set<String> proven = ConcurrentHashMap.newKeySet();
  private volatile @Nullable CatalogProof catalogProof;
  private volatile boolean challenged;

  private record CatalogProof(Set<String> repositories, long readAt) {}

  private RegistryClient(Builder builder) {
    this.base = builder.base;
    this.host = RepositoryKey.canonicalHost(base.getRawAuthority());
    this.time = builder.time;
    this.wire = new Wire(builder.connectTimeout, builder.userAgent);
    this.retry = new Retry(time);
    this.authorizer = new Authorizer(wire, base, builder.credentials, time);
  }

  /**
   * Begins a client.
   *
   * @param registry the registry's address: {@code https://host[:port]}, without a path or
   *     credentials
   * @return a builder
   */
  public static Builder at(URI registry) {
    return new Builder(registry);
  }

  /** Builds a client. Not thread-safe. */
  public static final class Builder {
    private final URI base;
    private Credentials credentials = Credentials.none();
    private Time time = Time.system();
    private Duration connectTimeout = Duration.ofSeconds(10);
    private String userAgent = USER_AGENT;

    private Builder(URI registry) {
      boolean plain =
          Origin.of(registry).isWeb()
              && registry.getRawUserInfo() == null
              && registry.getRawQuery() == null
              && registry.getRawFragment() == null
              && (registry.getRawPath().isEmpty() || registry.getRawPath().equals("/"));
      if (!plain) {
        throw new GuardConfigurationException(
            "A registry's address is http(s)://host[:port] without path, query or credentials.");
      }
      this.base = registry.resolve("/");
    }

    /**
     * Who we are; absent means anonymous.
     *
     * @param source the credentials
     * @return this builder
     */
    public Builder credentials(Credentials source) {
      this.credentials = source;
      return this;
    }

    /**
     * The clock for waits and token lives; absent means the machine's.
     *
     * @param source the clock
     * @return this builder
     */
    public Builder time(Time source) {
      this.time = source;
      return this;
    }

    /**
     * How long a connection may take; absent means 10 seconds.
     *
     * @param longest a positive duration
     * @return this builder
     */
    public Builder connectTimeout(Duration longest) {
      if (longest.isNegative() || longest.isZero()) {
        throw new GuardConfigurationException("A connect time-out must be positive.");
      }
      this.connectTimeout = longest;
      return this;
    }

    /**
     * Builds the client; sends nothing.
     *
     * @return the client
     */
    public RegistryClient build() {
      return new RegistryClient(this);
    }
  }

  /**
   * The registry's host in canonical form, as it stands in the scope of targets.
   *
   * @return host, with the port unless it is the default
   */
  public String host() {
    return host;
  }

  /**
   * The target that stands for one manifest of this registry: kind {@value #KIND}, scope {@code
   * host/repository}, id the digest.
   *
   * @param repository the repository's path
   * @param digest the manifest's digest
   * @return the target
   */
  public Target target(String repository, ContentDigest digest) {
    return Target.of(KIND, host + "/" + checked(repository), digest.text());
  }

  // ---------------------------------------------------------------------------------------------------------- reading

  /**
   * Whether the registry answers and accepts us.
   *
   * @return PRESENT with the registry's API version header (maybe empty), DENIED if the credentials
   *     were rejected, or UNKNOWN
   */
  public Reading<String> ping() {
    try {
      Wire.Exchange answer = read("GET", base.resolve("/v2/"), "", "", Map.of(), page());
      if (answer.status() == 200) {
        return Reading.present(answer.header("Docker-Distribution-Api-Version"), warnings(answer));
      }
      Reading<String> failed = failed(answer, "/v2/");
      return failed.answer() == Answer.ABSENT
          ? Reading.not(Answer.UNKNOWN, "There is no registry at " + base + ".")
          : failed;
    } catch (Denied e) {
      return denied(e, "/v2/");
    } catch (IOException e) {
      return unreachable(e, "/v2/");
    }
  }

  /**
   * All repositories, over all pages.
   *
   * @return the sorted names; anything but PRESENT if even one page could not be read
   */
  public Reading<List<String>> catalog() {
    Reading<List<String>> names =
        names(
            base.resolve("/v2/_catalog?n=100"),
            "",
            "registry:catalog:*",
            "repositories",
            "the catalog");
    if (names.isPresent()) {
      catalogProof = new CatalogProof(Set.copyOf(names.get()), time.nanos());
    }
    return names;
  }

  /**
   * All tags of a repository, over all pages, without duplicates.
   *
   * @param repository the repository's path
   * @return the sorted tags, maybe none; ABSENT only if the registry does not know the repository;
   *     anything else if even one page could not be read
   */
  public Reading<List<String>> tags(String repository) {
    Reading<List<String>> tags =
        names(
            uri(repository, "/tags/list"),
            repository,
            pull(repository),
            "tags",
            "the tags of " + repository);
    if (tags.isPresent()) {
      proven.add(repository);
    } else if (tags.answer() == Answer.ABSENT && !catalogLacks(repository)) {
      return Reading.not(
          Answer.UNKNOWN,
          tags.detail() + " Whether we may see " + repository + " at all is not proven.",
          tags.warnings());
    }
    return tags;
  }

  /**
   * A manifest, byte for byte, its digest verified against the bytes, the digest asked for and the
   * registry's header.
   *
   * @param repository the repository's path
   * @param tagOrDigest a tag or a digest
   * @return the manifest, or why there is none
   */
  public Reading<Manifest> manifest(String repository, String tagOrDigest) {
    String path = "/manifests/" + checkedReference(tagOrDigest);
    String what = repository + ":" + tagOrDigest;
    try {
      Wire.Exchange answer =
          read(
              "GET",
              uri(repository, path),
              repository,
              pull(repository),
              Map.of("Accept", Manifest.ACCEPT),
              Wire.Limit.atMost(MAX_MANIFEST));
      if (answer.status() != 200) {
        return existence(failed(answer, what), repository);
      }
      return verified(answer, tagOrDigest, repository, what);
    } catch (Denied e) {
      return denied(e, what);
    } catch (IOException e) {
      return unreachable(e, what);
    }
  }

  private Reading<Manifest> verified(
      Wire.Exchange answer, String tagOrDigest, String repository, String what) {
    byte[] bytes = answer.body();
    ContentDigest digest =
        ContentDigest.parse(tagOrDigest).orElseGet(() -> ContentDigest.of(bytes));
    String header = answer.header("Docker-Content-Digest");
    boolean headerAgrees =
        header.isEmpty()
            || ContentDigest.parse(header).filter(named -> named.matches(bytes)).isPresent();
    if (!digest.matches(bytes) || !headerAgrees) {
      return Reading.not(
          Answer.UNKNOWN,
          "The manifest "
              + Shown.text(what)
              + " does not have the digest it should have: something"
              + " between the registry and us alters it.");
    }
    proven.add(repository);
    return Reading.present(Manifest.of(bytes, digest, answer.mediaType()), warnings(answer));
  }

  /**
   * The digest a tag names now, or whether a digest is there, without the manifest itself.
   *
   * @param repository the repository's path
   * @param tagOrDigest a tag or a digest
   * @return the digest, or why there is none
   */
  public Reading<ContentDigest> head(String repository, String tagOrDigest) {
    String what = repository + ":" + tagOrDigest;
    try {
      Wire.Exchange answer =
          read(
              "HEAD",
              uri(repository, "/manifests/" + checkedReference(tagOrDigest)),
              repository,
              pull(repository),
              Map.of("Accept", Manifest.ACCEPT),
              Wire.Limit.atMost(MAX_ERROR));
      Optional<ContentDigest> digest = ContentDigest.parse(answer.header("Docker-Content-Digest"));
      Optional<ContentDigest> asked = ContentDigest.parse(tagOrDigest);
      if (answer.status() == 200 && digest.isPresent()) {
        if (asked.isPresent() && !asked.equals(digest)) {
          return Reading.not(
              Answer.UNKNOWN, "The registry answers another digest than " + what + ".");
        }
        proven.add(repository);
        return Reading.present(digest.get(), warnings(answer));
      }
      if (answer.status() == 200 || answer.status() == 404) {
        Reading<Manifest> full = manifest(repository, tagOrDigest); // HEAD carries no words
        return full.isPresent() ? Reading.present(full.get().digest(), full.warnings()) : full.as();
      }
      return failed(answer, what);
    } catch (Denied e) {
      return denied(e, what);
    } catch (IOException e) {
      return unreachable(e, what);
    }
  }

  /**
   * What refers to a manifest: signatures, attestations, bills of material. Asks the referrers API,
   * and where the registry has none, the fallback tag.
   *
   * @param repository the repository's path
   * @param subject the digest referred to
   * @return the descriptors, maybe none; anything but PRESENT if it cannot be told
   */
  public Reading<List<Descriptor>> referrers(String repository, ContentDigest subject) {
    String what = "the referrers of " + repository + "@" + subject;
    try {
      List<Descriptor> all = new ArrayList<>();
      Set<URI> seen = new HashSet<>();
      Optional<URI> page = Optional.of(uri(repository, "/referrers/" + subject));
      while (page.isPresent()) {
        if (!seen.add(page.get()) || seen.size() > MAX_PAGES) {
          return Reading.not(Answer.UNKNOWN, "The pages of " + what + " do not end.");
        }
        Wire.Exchange answer =
            read(
                "GET",
                page.get(),
                repository,
                pull(repository),
                Map.of("Accept", Manifest.OCI_INDEX),
                Wire.Limit.atMost(MAX_MANIFEST));
        if (answer.status() == 404 && seen.size() == 1) {
          return fallback(repository, subject);
        }
        if (answer.status() != 200) {
          Reading<List<Descriptor>> failed = failed(answer, what);
          return failed.answer() == Answer.ABSENT
              ? Reading.not(Answer.UNKNOWN, failed.detail())
              : failed;
        }
        all.addAll(Manifest.descriptors(Json.read(answer.body()).path("manifests")));
        page = NextLink.of(page.get(), answer.headers("Link"));
      }
      return Reading.present(List.copyOf(new LinkedHashSet<>(all)), List.of());
    } catch (NextLink.BadLink e) {
      return Reading.not(
          Answer.UNKNOWN, "The list of " + what + " breaks off: " + e.getMessage() + ".");
    } catch (Denied e) {
      return denied(e, what);
    } catch (IOException e) {
      return unreachable(e, what);
    }
  }

  /**
   * Whether the registry has a referrers API, learned by a question about a digest that no content
   * has. Where it has none, what refers to a manifest is found by its fallback tag.
   *
   * @param repository the repository's path
   * @return true or false, or why it cannot be told
   */
  public Reading<Boolean> servesReferrers(String repository) {
    String what = "the referrers API for " + repository;
    try {
      Wire.Exchange answer =
          read(
              "GET",
              uri(repository, "/referrers/" + ContentDigest.ZERO),
              repository,
              pull(repository),
              Map.of("Accept", Manifest.OCI_INDEX),
              Wire.Limit.atMost(MAX_MANIFEST));
      return switch (answer.status()) {
        case 200 -> Reading.present(true, warnings(answer));
        case 404 -> Reading.present(false, warnings(answer));
        default -> failed(answer, what);
      };
    } catch (Denied e) {
      return denied(e, what);
    } catch (IOException e) {
      return unreachable(e, what);
    }
  }

  private Reading<List<Descriptor>> fallback(String repository, ContentDigest subject) {
    Reading<Manifest> index = manifest(repository, fallbackTag(subject));
    if (index.answer() == Answer.ABSENT) {
      return Reading.present(List.of(), List.of());
    }
    if (!index.isPresent()) {
      return index.as();
    }
    return Reading.present(index.get().children(), index.warnings());
  }

  /**
   * The tag under which clients keep the referrers of a digest where the registry has no referrers
   * API.
   *
   * @param subject the digest referred to
   * @return the fallback tag
   */
  public static String fallbackTag(ContentDigest subject) {
    String hex = subject.hex();
    return subject.algorithm() + "-" + (hex.length() > 64 ? hex.substring(0, 64) : hex);
  }

  /**
   * The content of a small blob such as a config, its digest verified.
   *
   * @param repository the repository's path
   * @param digest the blob's digest
   * @return the bytes, or why there are none
   */
  public Reading<byte[]> blob(String repository, ContentDigest digest) {
    String what = "blob " + digest + " of " + repository;
    try {
      Wire.Exchange answer =
          read(
              "GET",
              uri(repository, "/blobs/" + digest),
              repository,
              pull(repository),
              Map.of(),
              Wire.Limit.atMost(MAX_MANIFEST));
      if (answer.status() != 200) {
        return existence(failed(answer, what), repository);
      }
      if (!digest.matches(answer.body())) {
        return Reading.not(Answer.UNKNOWN, "The " + what + " is altered or cut.");
      }
      return Reading.present(answer.body(), warnings(answer));
    } catch (Denied e) {
      return denied(e, what);
    } catch (IOException e) {
      return unreachable(e, what);
    }
  }

  /**
   * Whether a blob can really be fetched: its first byte is. A mere HEAD may be answered from a
   * stale cache.
   *
   * @param repository the repository's path
   * @param digest the blob's digest
   * @return the digest, or why it is not there
   */
  public Reading<ContentDigest> hasBlob(String repository, ContentDigest digest) {
    String what = "blob " + digest + " of " + repository;
    try {
      Wire.Exchange answer =
          read(
              "GET",
              uri(repository, "/blobs/" + digest),
              repository,
              pull(repository),
              Map.of("Range", "bytes=0-0"),
              Wire.Limit.firstOf(MAX_ERROR));
      if (answer.status() == 206 || answer.status() == 200) {
        return answer.body().length > 0
            ? Reading.present(digest, warnings(answer))
            : Reading.not(Answer.UNKNOWN, "The " + what + " is answered without a byte.");
      }
      return existence(failed(answer, what), repository);
    } catch (Denied e) {
      return denied(e, what);
    } catch (IOException e) {
      return unreachable(e, what);
    }
  }

  // --------------------------------------------------------------------------------------------------------- deleting

  /**
   * Asks, without harm, whether manifests of a repository can be deleted by us: by deleting a
   * digest that no content has.
   *
   * @param repository the repository's path
   * @return the capability, with the reason if it is not ENABLED
   */
  public Reading<DeleteCapability> probeDelete(String repository) {
    String what = "the right to delete in " + repository;
    try {
      requireSingleDelete();
      Optional<String> lacks = learnRights(repository);
      if (lacks.isPresent()) {
        return Reading.present(DeleteCapability.UNAUTHORISED, List.of(lacks.get()));
      }
      Wire.Exchange answer = sendDelete(repository, ContentDigest.ZERO);
      List<String> codes = codes(answer);
      return switch (answer.status()) {
        case 404 ->
            Reading.present(
                codes.contains("MANIFEST_UNKNOWN")
                    ? DeleteCapability.ENABLED
                    : DeleteCapability.UNKNOWN,
                List.of(says(answer)));
        case 405 ->
            Reading.present(
                codes.contains("UNSUPPORTED")
                    ? DeleteCapability.DISABLED
                    : DeleteCapability.READ_ONLY,
                List.of(says(answer)));
        case 401, 403 -> Reading.present(DeleteCapability.UNAUTHORISED, List.of(says(answer)));
        default -> Reading.present(DeleteCapability.UNKNOWN, List.of(says(answer)));
      };
    } catch (Denied e) {
      return Reading.present(DeleteCapability.UNAUTHORISED, List.of(e.getMessage()));
    } catch (IOException e) {
      return unreachable(e, what);
    }
  }

  /**
   * Deletes one manifest by digest, with all tags that name it. Sent once and never again, whatever
   * happens; afterwards the registry is asked what became of it. The permit is redeemed before a
   * byte leaves, and given back as not run when the registry said that it did nothing.
   *
   * @param permit a permit of action {@value #DELETE} for {@link #target}
   * @param repository the repository's path
   * @param digest the manifest's digest
   * @return what became of it
   * @throws dev.guard.GuardRefusedException if the permit does not cover this; then no byte left
   */
  public DeleteOutcome deleteManifest(Permit permit, String repository, ContentDigest digest) {
    permit.redeem(DELETE, target(repository, digest));
    Wire.Exchange answer;
    try {
      requireSingleDelete();
      Optional<String> lacks = learnRights(repository);
      if (lacks.isPresent()) {
        permit.notRun();
        return new DeleteOutcome.RefusedByRegistry(0, lacks.get());
      }
    } catch (Denied | IOException e) {
      permit.notRun();
      return new DeleteOutcome.RefusedByRegistry(
          0, "Nothing was sent: " + Shown.text(String.valueOf(e.getMessage())) + ".");
    }
    try {
      answer = sendDelete(repository, digest);
    } catch (Denied e) {
      permit.notRun();
      return new DeleteOutcome.RefusedByRegistry(401, Shown.text(String.valueOf(e.getMessage())));
    } catch (IOException e) {
      return afterSilence(repository, digest, e);
    }
    return switch (answer.status()) {
      case 401, 403, 405, 412, 429 -> {
        permit.notRun();
        yield new DeleteOutcome.RefusedByRegistry(answer.status(), says(answer));
      }
      case 202, 200, 204 -> afterAcceptance(repository, digest);
      case 404 -> afterNotFound(repository, digest, answer);
      default -> afterFailure(repository, digest, answer);
    };
  }

  /**
   * Removing a tag and keeping its image is not offered: a registry that cannot do it would need a
   * trick that can destroy the image, so it is refused everywhere.
   *
   * @param repository the repository's path
   * @param tag the tag
   * @return always CAPABILITY_OFF; nothing is sent
   */
  public Reading<ContentDigest> untag(String repository, String tag) {
    return Reading.not(
        Answer.CAPABILITY_OFF,
        "Removing the tag "
            + Shown.text(tag)
            + " alone is unsupported: registries delete the image with it. Nothing was done to "
            + Shown.text(repository)
            + ".");
  }

  private static void requireSingleDelete() throws IOException {
    String all = System.getProperty("jdk.httpclient.enableAllMethodRetry");
    if (all != null && !all.equalsIgnoreCase("false")) {
      throw new Retry.Refused(
          "the system property jdk.httpclient.enableAllMethodRetry would let deletions be repeated; unset it");
    }
  }

  /**
   * Learns how to authenticate before the first deletion, so that no deletion has to be sent twice.
   */
  private Optional<String> learnRights(String repository) throws IOException, Denied {
    if (!challenged) {
      read("GET", base.resolve("/v2/"), "", "", Map.of(), page());
    }
    return authorizer.lacksDelete(repository, delete(repository));
  }

  private Wire.Exchange sendDelete(String repository, ContentDigest digest)
      throws IOException, Denied {
    URI uri = uri(repository, "/manifests/" + digest);
    return authorised(
        repository,
        delete(repository),
        header ->
            wire.send(
                "DELETE",
                uri,
                header
                    .<Map<String, String>>map(value -> Map.of("Authorization", value))
                    .orElse(Map.of()),
                null,
                Wire.Limit.atMost(MAX_ERROR),
                DELETING));
  }

  private DeleteOutcome afterAcceptance(String repository, ContentDigest digest) {
    Reading<Manifest> now = manifest(repository, digest.text());
    return switch (now.answer()) {
      case ABSENT -> new DeleteOutcome.Deleted("");
      case PRESENT ->
          new DeleteOutcome.Unknown(
              "The registry accepted the deletion, but the manifest is still there.");
      default ->
          new DeleteOutcome.Unknown(
              "The registry accepted the deletion, but could not be asked again: " + now.detail());
    };
  }

  private DeleteOutcome afterSilence(String repository, ContentDigest digest, IOException failure) {
    Reading<Manifest> now = manifest(repository, digest.text());
    String what =
        "The deletion was sent and not answered ("
            + Shown.text(String.valueOf(failure.getMessage()))
            + ")";
    return now.answer() == Answer.ABSENT
        ? goneWithTags(repository, what + ", but the manifest is gone.")
        : new DeleteOutcome.Unknown(
            what + (now.isPresent() ? "; the manifest is still there, maybe not for long." : "."));
  }

  private DeleteOutcome afterNotFound(
      String repository, ContentDigest digest, Wire.Exchange answer) {
    Reading<Manifest> now = manifest(repository, digest.text());
    return switch (now.answer()) {
      case ABSENT -> new DeleteOutcome.AlreadyGone();
      case PRESENT -> new DeleteOutcome.RefusedByRegistry(404, says(answer));
      default -> new DeleteOutcome.Unknown(says(answer) + " " + now.detail());
    };
  }

  private DeleteOutcome afterFailure(
      String repository, ContentDigest digest, Wire.Exchange answer) {
    Reading<Manifest> now = manifest(repository, digest.text());
    return switch (now.answer()) {
      case ABSENT -> goneWithTags(repository, says(answer) + " Yet the manifest is gone.");
      case PRESENT ->
          answer.status() < 500
              ? new DeleteOutcome.RefusedByRegistry(
                  answer.status(),
                  "The registry did not do it and the manifest is still there: " + says(answer))
              : new DeleteOutcome.Unknown(says(answer) + " The manifest is still there.");
      default -> new DeleteOutcome.Unknown(says(answer) + " " + now.detail());
    };
  }

  /**
   * After a deletion that went wrong half-way, a tag may be listed that leads nowhere; then it was
   * no clean deletion.
   */
  private DeleteOutcome goneWithTags(String repository, String note) {
    Reading<List<String>> tags = tags(repository);
    if (!tags.isPresent()) {
      return new DeleteOutcome.Unknown(note + " Its tags could not be listed: " + tags.detail());
    }
    for (String tag : tags.get()) {
      if (!head(repository, tag).isPresent()) {
        return new DeleteOutcome.Unknown(
            note + " The tag " + tag + " is listed but leads nowhere.");
      }
    }
    return new DeleteOutcome.Deleted(note);
  }

  // --------------------------------------------------------------------------------------------------------- plumbing

  /** Sends one authorised request. */
  @FunctionalInterface
  private interface Send {
    Wire.Exchange with(Optional<String> authorization) throws IOException;
  }

  /**
   * Sends a request, and once more with fresh credentials if the registry says 401: then it has
   * done nothing.
   */
  private Wire.Exchange authorised(String repository, String scope, Send send)
      throws IOException, Denied {
    Optional<String> header = authorizer.header(repository, scope);
    Wire.Exchange answer = send.with(header);
    challenged = true;
    if (answer.status() != 401) {
      return answer;
    }
    String fresh =
        authorizer.answer(
            answer.headers("WWW-Authenticate"), repository, scope, header.isPresent());
    Wire.Exchange second = send.with(Optional.of(fresh));
    if (second.status() == 401) {
      throw new Denied("the registry rejected the credentials");
    }
    return second;
  }

  private Wire.Exchange read(
      String method,
      URI uri,
      String repository,
      String scope,
      Map<String, String> headers,
      Wire.Limit limit)
      throws IOException, Denied {
    return retry.read(
        () ->
            follow(
                method,
                headers,
                limit,
                authorised(
                    repository,
                    scope,
                    header -> {
                      Map<String, String> all = new LinkedHashMap<>(headers);
                      header.ifPresent(value -> all.put("Authorization", value));
                      return wire.send(method, uri, all, null, limit, READ);
                    }),
                repository,
                scope));
  }

  /** Follows redirects of a read; our credentials stay with the registry. */
  private Wire.Exchange follow(
      String method,
      Map<String, String> headers,
      Wire.Limit limit,
      Wire.Exchange first,
      String repository,
      String scope)
      throws IOException, Denied {
    Wire.Exchange answer = first;
    for (int hop = 0; isRedirect(answer.status()); hop++) {
      if (hop == MAX_REDIRECTS) {
        throw new Retry.Refused("more than " + MAX_REDIRECTS + " redirects");
      }
      URI to = redirectTarget(answer.uri(), answer.header("Location"));
      Map<String, String> all = new LinkedHashMap<>(headers);
      if (Origin.of(to).equals(Origin.of(base))) {
        authorizer.header(repository, scope).ifPresent(value -> all.put("Authorization", value));
      }
      answer = wire.send(method, to, all, null, limit, READ);
    }
    return answer;
  }

  /**
   * Where a redirect leads, if it may be followed at all: to a web address, and never from https to
   * http.
   */
  static URI redirectTarget(URI from, String location) throws Retry.Refused {
    URI to;
    try {
      to = from.resolve(URI.create(location));
    } catch (IllegalArgumentException e) {
      throw new Retry.Refused("a redirect to no address");
    }
    if (location.isEmpty() || !Origin.of(to).isWeb() || to.getRawUserInfo() != null) {
      throw new Retry.Refused("a redirect to no web address");
    }
    if (Origin.of(from).isSecure() && !Origin.of(to).isSecure()) {
      throw new Retry.Refused("a redirect from https to http, which is not followed");
    }
    return to;
  }

  private static boolean isRedirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
  }

  private Reading<List<String>> names(
      URI first, String repository, String scope, String field, String what) {
    try {
      Set<String> all = new java.util.TreeSet<>();
      Set<URI> seen = new HashSet<>();
      List<String> warnings = new ArrayList<>();
      Optional<URI> page = Optional.of(first);
      while (page.isPresent()) {
        if (!seen.add(page.get()) || seen.size() > MAX_PAGES || all.size() > MAX_NAMES) {
          return Reading.not(Answer.UNKNOWN, "The pages of " + what + " do not end.");
        }
        Wire.Exchange answer = read("GET", page.get(), repository, scope, Map.of(), page());
        if (answer.status() != 200) {
          Reading<List<String>> failed = failed(answer, what);
          return failed.answer() == Answer.ABSENT && (seen.size() > 1 || repository.isEmpty())
              ? Reading.not(Answer.UNKNOWN, failed.detail(), failed.warnings())
              : failed;
        }
        JsonNode list = Json.read(answer.body()).path(field);
        if (!list.isArray() && !list.isNull()) {
          return Reading.not(Answer.UNKNOWN, "The answer for " + what + " holds no list.");
        }
        for (JsonNode one : list) {
          String name = one.isTextual() ? one.textValue() : "";
          if (repository.isEmpty()
              ? !ImageReference.isRepositoryPath(name)
              : !ImageReference.isTag(name)) {
            return Reading.not(
                Answer.UNKNOWN, "The answer for " + what + " holds a name that is none.");
          }
          all.add(name);
        }
        warnings.addAll(warnings(answer));
        page = NextLink.of(page.get(), answer.headers("Link"));
      }
      return Reading.present(List.copyOf(all), warnings);
    } catch (NextLink.BadLink e) {
      return Reading.not(
          Answer.UNKNOWN, "The list of " + what + " breaks off: " + e.getMessage() + ".");
    } catch (Denied e) {
      return denied(e, what);
    } catch (IOException e) {
      return unreachable(e, what);
    }
  }

  /** Turns an answer that is no success into what it says about existence. */
  private static <T> Reading<T> failed(Wire.Exchange answer, String what) {
    List<String> codes = codes(answer);
    String detail = "The registry answered " + says(answer) + " for " + Shown.text(what) + ".";
    Answer says =
        switch (answer.status()) {
          case 404 -> {
            boolean own =
                codes.contains("MANIFEST_UNKNOWN")
                    || codes.contains("NAME_UNKNOWN")
                    || codes.contains("BLOB_UNKNOWN");
            yield own && !says(answer).contains("accept header") ? Answer.ABSENT : Answer.UNKNOWN;
          }
          case 400 ->
              codes.contains("NAME_INVALID")
                      || codes.contains("TAG_INVALID")
                      || codes.contains("MANIFEST_INVALID")
                  ? Answer.BAD_REFERENCE
                  : Answer.UNKNOWN;
          case 401, 403 -> Answer.DENIED;
          case 405 -> Answer.CAPABILITY_OFF;
          case 412 -> Answer.KEPT_BY_REGISTRY;
          case 429 -> Answer.RATE_LIMITED;
          default -> Answer.UNKNOWN;
        };
    return Reading.not(says, detail, warnings(answer));
  }

  /** A 404 in the registry's own words counts only where we have seen that we may look. */
  private <T> Reading<T> existence(Reading<T> reading, String repository) {
    if (reading.answer() != Answer.ABSENT || proven.contains(repository)) {
      return reading;
    }
    Reading<List<String>> tags = tags(repository);
    return tags.isPresent() || tags.answer() == Answer.ABSENT
        ? reading
        : Reading.not(
            Answer.UNKNOWN,
            reading.detail() + " Whether we may see " + repository + " at all is not proven.",
            reading.warnings());
  }

  /** Whether the whole catalog, readable to us, does not name a repository. */
  private boolean catalogLacks(String repository) {
    CatalogProof proof = catalogProof;
    if (proof == null || time.nanos() - proof.readAt() > CATALOG_PROOF.toNanos()) {
      catalog();
      proof = catalogProof;
    }
    return proof != null
        && time.nanos() - proof.readAt() <= CATALOG_PROOF.toNanos()
        && !proof.repositories().contains(repository);
  }

  private static <T> Reading<T> denied(Denied e, String what) {
    return Reading.not(
        Answer.DENIED,
        "No access to "
            + Shown.text(what)
            + ": "
            + Shown.text(String.valueOf(e.getMessage()))
            + ".");
  }

  private static <T> Reading<T> unreachable(IOException e, String what) {
    return Reading.not(
        Answer.UNKNOWN,
        "Could not read "
            + Shown.text(what)
            + ": "
            + Shown.text(String.valueOf(e.getMessage()))
            + ".");
  }

  private static List<String> codes(Wire.Exchange answer) {
    List<String> codes = new ArrayList<>();
    for (JsonNode error : errors(answer)) {
      codes.add(error.path("code").asText(""));
    }
    return codes;
  }

  private static Iterable<JsonNode> errors(Wire.Exchange answer) {
    try {
      JsonNode errors = Json.read(answer.body()).path("errors");
      return errors.isArray() ? errors : List.of();
    } catch (IOException e) {
      return List.of(); // an error's body may be anything; then it has no codes
    }
  }

  /** An answer in a few words, for people. */
  private static String says(Wire.Exchange answer) {
    StringBuilder text = new StringBuilder().append(answer.status());
    for (JsonNode error : errors(answer)) {
      text.append(' ').append(error.path("code").asText(""));
      text.append(' ').append(error.path("message").asText(""));
    }
    return Shown.text(text.toString().strip());
  }

  private static List<String> warnings(Wire.Exchange answer) {
    List<String> warnings = new ArrayList<>();
    for (String warning : answer.headers("Warning")) {
      if (warning.startsWith("299") && warnings.size() < 10) {
        warnings.add(Shown.text(warning));
      }
    }
    return warnings;
  }

  private static Wire.Limit page() {
    return Wire.Limit.atMost(MAX_PAGE);
  }

  private URI uri(String repository, String path) {
    return base.resolve("/v2/" + checked(repository) + path);
  }

  private static String pull(String repository) {
    return "repository:" + checked(repository) + ":pull";
  }

  private static String delete(String repository) {
    return "repository:" + checked(repository) + ":pull,delete";
  }

  private static String checked(String repository) {
    if (!ImageReference.isRepositoryPath(repository)) {
      throw new IllegalArgumentException("'" + Shown.text(repository) + "' is no repository path.");
    }
    return repository;
  }

  private static String checkedReference(String tagOrDigest) {
    if (!ImageReference.isTag(tagOrDigest) && ContentDigest.parse(tagOrDigest).isEmpty()) {
      throw new IllegalArgumentException(
          "'" + Shown.text(tagOrDigest) + "' is neither tag nor digest.");
    }
    return tagOrDigest;
  }

  @Override
  public String toString() {
    return "registry " + base;
  }
}
