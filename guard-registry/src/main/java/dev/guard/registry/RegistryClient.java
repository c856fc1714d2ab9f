package dev.guard.registry;

import dev.guard.GuardConfigurationException;
import dev.guard.Permit;
import dev.guard.Target;
import dev.guard.registry.reference.ContentDigest;
import dev.guard.registry.reference.RepositoryKey;
import dev.guard.time.Time;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

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
  public static final String DELETE = Deletion.ACTION;

  /** The action of putting a manifest back. */
  public static final String RESTORE = Restoring.ACTION;

  /** The kind of the targets. */
  public static final String KIND = "image";

  private static final String USER_AGENT = "guard/0.1";

  private final URI base;
  private final String host;
  private final Requests requests;
  private final Listing listing;
  private final Contents contents;
  private final Deletion deletion;
  private final Restoring restoring;

  private RegistryClient(Builder builder) {
    this.base = builder.base;
    this.host = RepositoryKey.canonicalHost(base.getRawAuthority());
    Wire wire = new Wire(builder.connectTimeout, builder.userAgent);
    this.requests =
        new Requests(
            base,
            wire,
            new Retry(builder.time),
            new Authorizer(wire, base, builder.credentials, builder.time));
    this.listing = new Listing(requests, builder.time);
    this.contents = new Contents(requests, listing);
    this.deletion = new Deletion(requests, listing, contents);
    this.restoring = new Restoring(requests, contents);
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
    return Target.of(KIND, host + "/" + Requests.checked(repository), digest.text());
  }

  // ---------------------------------------------------------------------------------------------------------- reading

  /**
   * Whether the registry answers and accepts us.
   *
   * @return PRESENT with the registry's API version header (maybe empty), DENIED if the credentials
   *     were rejected, or UNKNOWN
   */
  public Reading<String> ping() {
    return requests.ask(
        Question.list(requests.root(), "", ""),
        "/v2/",
        answer -> {
          if (answer.status() == 200) {
            return Reply.isOwn(answer)
                ? Reading.present(answer.header(Reply.VERSION), Reply.warnings(answer))
                : Reading.not(
                    Answer.UNKNOWN,
                    "What answers at " + base + " is no registry. Check the registry's URL.");
          }
          Reading<String> failed = Reply.failed(answer, "/v2/");
          return failed.answer() == Answer.ABSENT
              ? Reading.not(Answer.UNKNOWN, "There is no registry at " + base + ".")
              : failed;
        });
  }

  /**
   * All repositories, over all pages.
   *
   * @return the sorted names; anything but PRESENT if even one page could not be read
   */
  public Reading<List<String>> catalog() {
    return listing.catalog();
  }

  /**
   * All tags of a repository, over all pages, without duplicates.
   *
   * @param repository the repository's path
   * @return the sorted tags, maybe none; ABSENT only if the registry does not know the repository;
   *     anything else if even one page could not be read
   */
  public Reading<List<String>> tags(String repository) {
    return listing.tags(repository);
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
    return contents.manifest(repository, tagOrDigest);
  }

  /**
   * The digest a tag names now, or whether a digest is there, without the manifest itself.
   *
   * @param repository the repository's path
   * @param tagOrDigest a tag or a digest
   * @return the digest, or why there is none
   */
  public Reading<ContentDigest> head(String repository, String tagOrDigest) {
    return contents.head(repository, tagOrDigest);
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
    return contents.referrers(repository, subject);
  }

  /**
   * Whether the registry has a referrers API, learned by a question about a digest that no content
   * has. Where it has none, what refers to a manifest is found by its fallback tag.
   *
   * @param repository the repository's path
   * @return true or false, or why it cannot be told
   */
  public Reading<Boolean> servesReferrers(String repository) {
    return contents.servesReferrers(repository);
  }

  /**
   * The tag under which clients keep the referrers of a digest where the registry has no referrers
   * API.
   *
   * @param subject the digest referred to
   * @return the fallback tag
   */
  public static String fallbackTag(ContentDigest subject) {
    return Contents.fallbackTag(subject);
  }

  /**
   * The content of a small blob such as a config, its digest verified.
   *
   * @param repository the repository's path
   * @param digest the blob's digest
   * @return the bytes, or why there are none
   */
  public Reading<byte[]> blob(String repository, ContentDigest digest) {
    return contents.blob(repository, digest);
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
    return contents.hasBlob(repository, digest);
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
    return deletion.probe(repository);
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
    return deletion.delete(permit, target(repository, digest), repository, digest);
  }

  /**
   * Puts a manifest back that was deleted, byte for byte, and its tags; then reads back what came
   * of it. A tag that names another image by now is left to that. Nothing is sent if a blob or a
   * child of it is gone.
   *
   * @param permit a permit of action {@value #RESTORE} for {@link #target}
   * @param repository the repository's path
   * @param manifest what to put
   * @param tags its tags
   * @return what became of it
   * @throws dev.guard.GuardRefusedException if the permit does not cover this; then no byte left
   */
  public RestoreOutcome restoreManifest(
      Permit permit, String repository, Manifest manifest, List<String> tags) {
    return restoring.restore(
        permit, target(repository, manifest.digest()), repository, manifest, tags);
  }

  /**
   * What the registry does not have any more of what a manifest needs to be put back. Only reads.
   *
   * @param repository the repository's path
   * @param manifest the manifest
   * @param together its children that are put back as well
   * @return what is missing or cannot be told, as a part of a sentence; empty if nothing is
   */
  public Optional<String> lacking(
      String repository, Manifest manifest, Set<ContentDigest> together) {
    return Optional.of(restoring.lacking(repository, manifest, together))
        .filter(lacking -> !lacking.isEmpty());
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

  @Override
  public String toString() {
    return "registry " + base;
  }
}
