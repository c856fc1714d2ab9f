package dev.guard.testkit.registry;

import dev.guard.testkit.http.FakeServer;
import dev.guard.testkit.http.Fault;
import dev.guard.testkit.http.LoggedRequest;
import java.net.URI;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/**
 * An OCI registry on loopback that answers as CNCF Distribution 2.8.2 does ({@link
 * RegistryContract} runs against both), keeps exact bytes, fails as it is told to, and can be
 * counted from the inside.
 *
 * <pre>{@code
 * try (FakeRegistry registry = FakeRegistry.start()) {
 *   Pushed image = registry.publisher().push("team/app", "v1", ImageSpec.of("app 1"));
 *   registry.inject(Fault.on("GET", "/tags/list").nth(2).status(500));
 *   ... registry.uri() ...
 *   assertThat(registry.tags("team/app")).containsEntry("v1", image.digest());
 * }
 * }</pre>
 *
 * <p>What it deliberately shares with 2.8.2: a manifest is hidden by an incomplete {@code Accept};
 * tags come unsorted, all at once, and as {@code null} when none is left; deleting a digest takes
 * all its tags; a tag cannot be deleted; an index survives its children; there is no referrers API;
 * a repository never leaves the catalog. Where the builder says so, it behaves as other registries
 * do. Its content is decided by what is pushed; it reads no clock.
 *
 * <p>Thread-safe.
 */
public final class FakeRegistry implements AutoCloseable {
  private final RegistryStore store;
  private final RegistryAuth auth;
  private final RegistryOptions options;
  private final RegistryHandler handler;
  private final FakeServer server;
  private final FakeServer blobStore;
  private final Publisher publisher;

  private FakeRegistry(RegistryStore store, RegistryAuth auth, RegistryOptions options) {
    this.store = store;
    this.auth = auth;
    this.options = options;
    handler = new RegistryHandler(store, auth, options);
    server = FakeServer.start(handler);
    blobStore = FakeServer.start(handler::redirected);
    handler.servedAt(server.uri().toString(), blobStore.uri().toString());
    publisher = new Publisher(handler::privileged);
  }

  /**
   * Starts an empty registry as Distribution 2.8.2 is with deletion enabled.
   *
   * @return the running registry
   */
  public static FakeRegistry start() {
    return builder().start();
  }

  /**
   * Describes a registry that differs.
   *
   * @return the description, as yet as {@link #start()} makes it
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Starts another registry of the same kind with a copy of what this one holds now; faults, log
   * and tokens are not copied.
   *
   * @return the running copy
   */
  public FakeRegistry copy() {
    return new FakeRegistry(store.copy(), auth.copy(), options);
  }

  /**
   * Where it listens.
   *
   * @return its address, without {@code /v2}
   */
  public URI uri() {
    return server.uri();
  }

  /**
   * Its name in image references.
   *
   * @return {@code 127.0.0.1:port}
   */
  public String host() {
    return uri().getAuthority();
  }

  /**
   * Pushes into it without credentials, faults or log, even where writing is switched off.
   *
   * @return the publisher
   */
  public Publisher publisher() {
    return publisher;
  }

  /**
   * Injects a fault.
   *
   * @param fault what goes wrong from now on
   */
  public void inject(Fault fault) {
    server.inject(fault);
  }

  /** Takes all faults away. */
  public void heal() {
    server.heal();
  }

  /**
   * All it was asked over HTTP, requests for tokens included.
   *
   * @return a copy
   */
  public List<LoggedRequest> log() {
    return server.log();
  }

  /** Forgets what it was asked. */
  public void clearLog() {
    server.clearLog();
  }

  /**
   * The server blobs are redirected to, another origin, with a log and faults of its own.
   *
   * @return the server; it answers only where {@link Builder#redirectBlobs} was said
   */
  public FakeServer blobStore() {
    return blobStore;
  }

  /**
   * All requests for tokens.
   *
   * @return a copy
   */
  public List<TokenRequest> tokenRequests() {
    return auth.log();
  }

  /** Makes all tokens handed out so far invalid. */
  public void expireTokens() {
    auth.expire();
  }

  /**
   * The repositories the catalog lists, in its order: whatever ever had a blob, manifests or not.
   *
   * @return a copy
   */
  public List<String> repositories() {
    return store.repositories();
  }

  /**
   * The digests of the manifests of a repository, sorted; tagged or not.
   *
   * @param repository which
   * @return the digests; empty for an unknown repository
   */
  public Set<String> manifests(String repository) {
    return new LinkedHashSet<>(store.manifests(repository).keySet());
  }

  /**
   * The tags of a repository.
   *
   * @param repository which
   * @return digest by tag, sorted by tag; empty for an unknown repository
   */
  public Map<String, String> tags(String repository) {
    return Objects.requireNonNullElse(store.tags(repository), new TreeMap<String, String>());
  }

  /**
   * Whether a manifest is there.
   *
   * @param repository which repository
   * @param digest which manifest
   * @return whether it is
   */
  public boolean has(String repository, String digest) {
    return store.manifest(repository, digest) != null;
  }

  /**
   * Whether a manifest is there.
   *
   * @param pushed which
   * @return whether it is, in the repository it was pushed to
   */
  public boolean has(Pushed pushed) {
    return has(pushed.repository(), pushed.digest());
  }

  /**
   * The exact bytes of a manifest.
   *
   * @param repository which repository
   * @param digest which manifest
   * @return a copy
   * @throws IllegalArgumentException if it is not there
   */
  public byte[] manifest(String repository, String digest) {
    RegistryStore.Manifest found = store.manifest(repository, digest);
    if (found == null) {
      throw new IllegalArgumentException("no manifest " + digest + " in " + repository);
    }
    return found.bytes().clone();
  }

  /**
   * How many manifests all repositories hold; the same digest in two repositories counts twice.
   *
   * @return the count
   */
  public int manifestCount() {
    return store.names().stream().mapToInt(it -> store.manifests(it).size()).sum();
  }

  /**
   * How many tags all repositories hold.
   *
   * @return the count
   */
  public int tagCount() {
    return store.names().stream().mapToInt(it -> tags(it).size()).sum();
  }

  /**
   * How many different blobs there are; layers shared by images or repositories count once.
   *
   * @return the count
   */
  public int blobCount() {
    return store.blobCount();
  }

  /**
   * The size of all blobs together, in bytes.
   *
   * @return the size
   */
  public long bytes() {
    return store.bytes();
  }

  /**
   * Points a tag to any digest, behind the registry's back: to a manifest, or to one that is not
   * there, which is a dangling tag.
   *
   * @param repository which repository
   * @param tag which tag, moved if it exists
   * @param digest where to
   */
  public void setTag(String repository, String tag, String digest) {
    store.setTag(repository, tag, digest);
  }

  /**
   * Takes a tag away; its manifest stays.
   *
   * @param repository which repository
   * @param tag which tag
   */
  public void untag(String repository, String tag) {
    store.untag(repository, tag);
  }

  /**
   * Loses a manifest behind the registry's back; its tags dangle.
   *
   * @param repository which repository
   * @param digest which manifest
   */
  public void loseManifest(String repository, String digest) {
    store.delete(repository, digest, false);
  }

  /**
   * Loses a blob behind the registry's back, in all repositories.
   *
   * @param digest which blob
   */
  public void loseBlob(String digest) {
    store.dropBlob(digest);
  }

  /**
   * Collects garbage as {@code garbage-collect} of 2.8.2 does.
   *
   * @param untagged also remove untagged manifests ({@code -m}), which there takes the children of
   *     living indexes
   */
  public void garbageCollect(boolean untagged) {
    store.collect(untagged);
  }

  @Override
  public void close() {
    server.close();
    blobStore.close();
  }

  @Override
  public String toString() {
    return "FakeRegistry " + uri();
  }

  /** How a registry differs from Distribution 2.8.2 with deletion enabled. Not thread-safe. */
  public static final class Builder {
    private boolean deleteEnabled = true;
    private boolean readOnly;
    private boolean tagDeletion;
    private int tagPage;
    private boolean referrersApi;
    private int referrersPage;
    private boolean redirectBlobs;
    private boolean mountRefused;
    private RegistryAuth.Scheme scheme = RegistryAuth.Scheme.NONE;
    private final Map<String, RegistryAuth.User> users = new HashMap<>();
    private Set<String> anonymous = Set.of();
    private int tokenUses = Integer.MAX_VALUE;
    private int expiresIn = 300;

    private Builder() {}

    /**
     * Answers every deletion with 405 and JSON, as when deletion is not enabled.
     *
     * @return this
     */
    public Builder deleteDisabled() {
      deleteEnabled = false;
      return this;
    }

    /**
     * Answers every write with 405, text and {@code Allow}, as in maintenance.
     *
     * @return this
     */
    public Builder readOnly() {
      readOnly = true;
      return this;
    }

    /**
     * Deletes tags on request, as Distribution 3.x.
     *
     * @return this
     */
    public Builder tagDeletion() {
      tagDeletion = true;
      return this;
    }

    /**
     * Lists tags sorted and in pages, as Distribution 3.x.
     *
     * @param size how many on a page at most
     * @return this
     */
    public Builder tagPages(int size) {
      tagPage = positive(size);
      return this;
    }

    /**
     * Serves the referrers API, whole lists at once.
     *
     * @return this
     */
    public Builder referrersApi() {
      referrersApi = true;
      return this;
    }

    /**
     * Serves the referrers API in pages.
     *
     * @param size how many on a page at most
     * @return this
     */
    public Builder referrersApi(int size) {
      referrersApi = true;
      referrersPage = positive(size);
      return this;
    }

    /**
     * Redirects reads of blobs (307) to {@link FakeRegistry#blobStore}, another origin.
     *
     * @return this
     */
    public Builder redirectBlobs() {
      redirectBlobs = true;
      return this;
    }

    /**
     * Answers a mount of a blob with 202: an upload instead.
     *
     * @return this
     */
    public Builder mountRefused() {
      mountRefused = true;
      return this;
    }

    /**
     * Wants Basic authentication. May be said for several users.
     *
     * @param user the user
     * @param password the password
     * @return this
     */
    public Builder basic(String user, String password) {
      scheme(RegistryAuth.Scheme.BASIC);
      users.put(user, new RegistryAuth.User(user, password, "", Set.of()));
      return this;
    }

    /**
     * Wants tokens of its own token service at {@code /token}. May be said for several users.
     *
     * @param user a user of the token service
     * @param password the password, by Basic or in a form
     * @param actions what is granted at most: {@code pull}, {@code push}, {@code delete}, {@code
     *     catalog}; the rest of what is asked for is silently left out
     * @return this
     */
    public Builder bearer(String user, String password, String... actions) {
      scheme(RegistryAuth.Scheme.BEARER);
      users.put(
          user,
          new RegistryAuth.User(
              user, password, "refresh-" + user + "-" + password, Set.of(actions)));
      return this;
    }

    /**
     * Wants tokens, and hands them out to anybody for these actions.
     *
     * @param actions what is granted at most to whoever shows no credentials
     * @return this
     */
    public Builder anonymous(String... actions) {
      scheme(RegistryAuth.Scheme.BEARER);
      anonymous = Set.of(actions);
      return this;
    }

    /**
     * Lets each token expire after some requests, whatever it says of its life.
     *
     * @param requests how many requests it is good for
     * @return this
     */
    public Builder tokensLastFor(int requests) {
      tokenUses = positive(requests);
      return this;
    }

    /**
     * Says in each token how long it lives; nothing here counts it down.
     *
     * @param seconds the {@code expires_in}
     * @return this
     */
    public Builder expiresIn(int seconds) {
      expiresIn = seconds;
      return this;
    }

    private void scheme(RegistryAuth.Scheme wanted) {
      if (scheme != RegistryAuth.Scheme.NONE && scheme != wanted) {
        throw new IllegalStateException("A registry wants Basic or Bearer, not both.");
      }
      scheme = wanted;
    }

    private static int positive(int number) {
      if (number < 1) {
        throw new IllegalArgumentException("At least 1 is needed, not " + number);
      }
      return number;
    }

    /**
     * Starts it, empty.
     *
     * @return the running registry
     */
    public FakeRegistry start() {
      return new FakeRegistry(
          new RegistryStore(),
          new RegistryAuth(scheme, users, anonymous, tokenUses, expiresIn),
          new RegistryOptions(
              deleteEnabled,
              readOnly,
              tagDeletion,
              tagPage,
              referrersApi,
              referrersPage,
              redirectBlobs,
              mountRefused));
    }
  }
}
