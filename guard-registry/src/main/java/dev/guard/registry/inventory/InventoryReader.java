package dev.guard.registry.inventory;

import dev.guard.GuardConfigurationException;
import dev.guard.registry.Answer;
import dev.guard.registry.Descriptor;
import dev.guard.registry.Manifest;
import dev.guard.registry.Reading;
import dev.guard.registry.RegistryClient;
import dev.guard.registry.RegistryUnavailableException;
import dev.guard.registry.reference.ContentDigest;
import dev.guard.time.Time;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Reads the inventory of a registry: the repositories that patterns name, their tags, manifests,
 * indexes down to depth eight, referrers and configs. Each repository is read completely or not at
 * all.
 *
 * <p>A failed list of repositories fails everything ({@link RegistryUnavailableException}). A
 * single repository whose tags or manifests could not be read, or that holds something not
 * understood, is left out and named in {@link RegistryInventory#unread}; the rest goes on.
 *
 * <pre>{@code
 * RegistryInventory inventory =
 *     InventoryReader.of(client, RepositoryPatterns.of(List.of("team/*"))).parallel(executor, 8).read();
 * }</pre>
 *
 * <p>Manifests and configs are immutable, so a reader remembers them; reading again with the same
 * reader asks only for tags and for what is new. Thread-safe. Sends nothing but GET and HEAD.
 */
public final class InventoryReader {
  private static final int MAX_DEPTH = 8;

  private final RegistryClient client;
  private final RepositoryPatterns patterns;
  private final Time time;
  private final Parallel parallel;
  private final Map<String, Map<ContentDigest, ImageManifest>> known = new ConcurrentHashMap<>();
  private final Map<String, Boolean> referrersServed = new ConcurrentHashMap<>();

  private InventoryReader(
      RegistryClient client, RepositoryPatterns patterns, Time time, Parallel parallel) {
    this.client = client;
    this.patterns = patterns;
    this.time = time;
    this.parallel = parallel;
  }

  /**
   * A reader, one request at a time.
   *
   * @param client the registry
   * @param patterns which repositories
   * @return the reader
   */
  public static InventoryReader of(RegistryClient client, RepositoryPatterns patterns) {
    return new InventoryReader(client, patterns, Time.system(), Parallel.none());
  }

  /**
   * This reader with several requests at a time.
   *
   * @param executor the caller's executor; not shut down here
   * @param width how many requests at most, at least one
   * @return a new reader
   */
  public InventoryReader parallel(Executor executor, int width) {
    if (width < 1) {
      throw new GuardConfigurationException(
          "An inventory is read with at least one request at a time.");
    }
    return new InventoryReader(client, patterns, time, Parallel.of(executor, width));
  }

  /**
   * This reader with another clock.
   *
   * @param source the clock
   * @return a new reader
   */
  public InventoryReader time(Time source) {
    return new InventoryReader(client, patterns, source, parallel);
  }

  /**
   * The registry it reads.
   *
   * @return the client
   */
  public RegistryClient client() {
    return client;
  }

  /**
   * Reads everything that the patterns name.
   *
   * @return the inventory
   * @throws RegistryUnavailableException if the registry does not answer, or the list of
   *     repositories could not be read completely; names without a pattern need no list
   */
  public RegistryInventory read() {
    Instant began = time.now();
    List<String> repositories = new ArrayList<>();
    Map<String, String> unread = new TreeMap<>();
    Set<String> absent = new TreeSet<>();
    if (patterns.arePlain()) {
      Reading<String> ping = client.ping();
      if (!ping.isPresent()) {
        throw new RegistryUnavailableException(
            "The registry " + client.host() + " could not be read. " + ping.detail(),
            ping.answer());
      }
      repositories.addAll(patterns.patterns());
    } else {
      Reading<List<String>> catalog = client.catalog();
      if (!catalog.isPresent()) {
        throw new RegistryUnavailableException(
            "The list of repositories of "
                + client.host()
                + " could not be read. "
                + catalog.detail(),
            catalog.answer());
      }
      catalog.get().stream().filter(patterns::matches).forEach(repositories::add);
    }
    List<RepositoryGraph> graphs = new ArrayList<>();
    for (String repository : new TreeSet<>(repositories)) {
      try {
        graphs.add(repository(repository, false, List.of()));
      } catch (Unreadable e) {
        unread.put(repository, String.valueOf(e.getMessage()));
        if (e.absent) {
          absent.add(repository);
        }
      }
    }
    return RegistryInventory.of(client.host(), began, graphs, unread).without(absent);
  }

  /**
   * Reads one repository anew: all tags, and every manifest they lead to. Manifests this reader
   * read before are not asked for again, only what the tags name now.
   *
   * @param repository its path
   * @return an inventory of that repository alone; it is among {@link RegistryInventory#unread} if
   *     it could not be read
   */
  public RegistryInventory readOnly(String repository) {
    return readOnly(repository, List.of());
  }

  /**
   * The same, and manifests to which no tag leads any more, with all that refers to them.
   *
   * @param repository its path
   * @param also digests that are there
   * @return an inventory of that repository alone; it is among {@link RegistryInventory#unread} if
   *     it, or one of the manifests, could not be read
   */
  public RegistryInventory readOnly(String repository, List<ContentDigest> also) {
    Instant began = time.now();
    try {
      return RegistryInventory.of(
          client.host(), began, List.of(repository(repository, true, also)), Map.of());
    } catch (Unreadable e) {
      return RegistryInventory.of(
          client.host(), began, List.of(), Map.of(repository, String.valueOf(e.getMessage())));
    }
  }

  /** A repository that cannot be read or understood; the message says why. */
  private static final class Unreadable extends Exception {
    private static final long serialVersionUID = 1L;

    /** Whether the registry itself said that there is no such repository. */
    final boolean absent;

    Unreadable(String message) {
      this(message, false);
    }

    Unreadable(String message, boolean absent) {
      super(message);
      this.absent = absent;
    }
  }

  private RepositoryGraph repository(String repository, boolean again, List<ContentDigest> also)
      throws Unreadable {
    Reading<List<String>> listed = client.tags(repository);
    if (!listed.isPresent()) {
      throw new Unreadable(listed.detail(), listed.answer() == Answer.ABSENT);
    }
    Map<ContentDigest, ImageManifest> memory =
        known.computeIfAbsent(repository, absent -> new ConcurrentHashMap<>());
    Map<ContentDigest, Manifest> fetched = new ConcurrentHashMap<>();
    List<Resolved> resolved =
        parallel.map(listed.get(), tag -> resolve(repository, tag, memory, fetched));
    Map<String, ContentDigest> tags = new TreeMap<>();
    for (Resolved one : resolved) {
      if (one.digest == null) {
        throw new Unreadable(one.problem);
      }
      tags.put(one.tag, one.digest);
    }
    Walk walk = new Walk(repository, memory, fetched, again);
    walk.from(tags.values());
    walk.from(also);
    if (walk.referrersServed(repository)) {
      walk.referrers();
    }
    return RepositoryGraph.of(repository, tags, walk.found);
  }

  /** What a tag names now. */
  private record Resolved(String tag, @Nullable ContentDigest digest, String problem) {}

  private Resolved resolve(
      String repository,
      String tag,
      Map<ContentDigest, ImageManifest> memory,
      Map<ContentDigest, Manifest> fetched) {
    if (!memory.isEmpty()) {
      Reading<ContentDigest> head = client.head(repository, tag);
      return head.isPresent()
          ? new Resolved(tag, head.get(), "")
          : new Resolved(tag, null, unreadTag(tag, head));
    }
    Reading<Manifest> manifest = client.manifest(repository, tag);
    if (!manifest.isPresent()) {
      return new Resolved(tag, null, unreadTag(tag, manifest));
    }
    fetched.put(manifest.get().digest(), manifest.get());
    return new Resolved(tag, manifest.get().digest(), "");
  }

  private static String unreadTag(String tag, Reading<?> reading) {
    return "The tag "
        + tag
        + (reading.answer() == Answer.ABSENT
            ? " is listed, but leads nowhere; somebody is changing the repository or it is damaged."
            : " could not be read. " + reading.detail());
  }

  /** One repository's manifests, found from their roots downwards. */
  private final class Walk {
    private final String repository;
    private final Map<ContentDigest, ImageManifest> memory;
    private final Map<ContentDigest, Manifest> fetched;
    private final boolean again;
    private final Map<ContentDigest, ImageManifest> found = new LinkedHashMap<>();

    Walk(
        String repository,
        Map<ContentDigest, ImageManifest> memory,
        Map<ContentDigest, Manifest> fetched,
        boolean again) {
      this.again = again;
      this.repository = repository;
      this.memory = memory;
      this.fetched = fetched;
    }

    void from(Iterable<ContentDigest> roots) throws Unreadable {
      Set<ContentDigest> level = new TreeSet<>();
      roots.forEach(level::add);
      Map<ContentDigest, Boolean> asked = new HashMap<>();
      for (int depth = 0; !level.isEmpty(); depth++) {
        if (depth > MAX_DEPTH) {
          throw new Unreadable(
              "Indexes are nested deeper than " + MAX_DEPTH + ", which is not followed.");
        }
        List<ContentDigest> open = new ArrayList<>();
        for (ContentDigest digest : level) {
          if (!found.containsKey(digest) && asked.putIfAbsent(digest, true) == null) {
            open.add(digest);
          }
        }
        boolean root = depth == 0;
        List<Fetched> got = parallel.map(open, digest -> fetch(digest, root));
        level = new TreeSet<>();
        for (Fetched one : got) {
          if (!one.problem.isEmpty()) {
            throw new Unreadable(one.problem);
          }
          if (one.manifest != null) {
            found.put(one.manifest.digest(), one.manifest);
            for (ImageManifest.Child child : one.manifest.children()) {
              level.add(child.digest());
            }
          }
        }
      }
    }

    boolean referrersServed(String name) throws Unreadable {
      Boolean served = referrersServed.get(name);
      if (served == null) {
        Reading<Boolean> answer = client.servesReferrers(name);
        if (!answer.isPresent()) {
          throw new Unreadable(
              "Whether the registry lists referrers could not be told. " + answer.detail());
        }
        served = answer.get();
        referrersServed.put(name, served);
      }
      return served;
    }

    void referrers() throws Unreadable {
      Set<ContentDigest> asked = new TreeSet<>();
      ArrayDeque<ContentDigest> open = new ArrayDeque<>(found.keySet());
      while (!open.isEmpty()) {
        List<ContentDigest> batch = new ArrayList<>();
        while (!open.isEmpty()) {
          ContentDigest digest = open.remove();
          if (asked.add(digest)) {
            batch.add(digest);
          }
        }
        List<Reading<List<Descriptor>>> answers =
            parallel.map(batch, digest -> client.referrers(repository, digest));
        Set<ContentDigest> more = new TreeSet<>();
        for (Reading<List<Descriptor>> answer : answers) {
          if (!answer.isPresent()) {
            throw new Unreadable(answer.detail());
          }
          answer.get().forEach(descriptor -> more.add(descriptor.digest()));
        }
        more.removeAll(found.keySet());
        from(more);
        found.keySet().stream().filter(digest -> !asked.contains(digest)).forEach(open::add);
      }
    }

    private Fetched fetch(ContentDigest digest, boolean root) {
      ImageManifest remembered = memory.get(digest);
      if (remembered != null && !root && !again) {
        // Content never changes, but it may be gone: a child is asked for again.
        Reading<ContentDigest> there = client.head(repository, digest.text());
        return there.isPresent()
            ? new Fetched(remembered, "")
            : there.answer() == Answer.ABSENT
                ? new Fetched(null, "")
                : new Fetched(null, there.detail());
      }
      if (remembered != null) {
        return new Fetched(remembered, "");
      }
      Manifest manifest = fetched.get(digest);
      if (manifest == null) {
        Reading<Manifest> answer = client.manifest(repository, digest.text());
        if (answer.answer() == Answer.ABSENT && !root) {
          return new Fetched(null, "");
        }
        if (!answer.isPresent()) {
          return new Fetched(null, "A manifest could not be read. " + answer.detail());
        }
        manifest = answer.get();
      }
      if (manifest.kind() == Manifest.Kind.UNSUPPORTED) {
        return new Fetched(
            null,
            "The manifest "
                + digest
                + " has the media type '"
                + manifest.mediaType()
                + "', which is unsupported; all of the repository is kept.");
      }
      Fetched described = describe(manifest);
      if (described.manifest != null) {
        memory.put(digest, described.manifest);
      }
      return described;
    }

    private Fetched describe(Manifest manifest) {
      List<ImageManifest.Child> children = new ArrayList<>();
      for (Descriptor child : manifest.children()) {
        children.add(
            new ImageManifest.Child(child.digest(), child.platform(), child.isAttestation()));
      }
      Map<ContentDigest, ImageManifest.Blob> blobs = new LinkedHashMap<>();
      manifest
          .config()
          .ifPresent(it -> blobs.put(it.digest(), new ImageManifest.Blob(it.digest(), it.size())));
      for (Descriptor layer : manifest.layers()) {
        blobs.put(layer.digest(), new ImageManifest.Blob(layer.digest(), layer.size()));
      }
      ImageConfig config = ImageConfig.NONE;
      Descriptor described = manifest.config().orElse(null);
      if (described != null && !isEmptyConfig(described.mediaType())) {
        Reading<byte[]> blob = client.blob(repository, described.digest());
        boolean image = ImageConfig.isOne(described.mediaType());
        if (image && !blob.isPresent() && blob.answer() != Answer.ABSENT) {
          return new Fetched(null, "A config could not be read. " + blob.detail());
        }
        config =
            blob.isPresent()
                ? ImageConfig.read(described.mediaType(), blob.get())
                : ImageConfig.UNKNOWN;
      }
      return new Fetched(
          new ImageManifest(
              manifest.digest(),
              manifest.mediaType(),
              manifest.kind(),
              manifest.size(),
              children,
              new ArrayList<>(blobs.values()),
              manifest.config().map(Descriptor::digest).orElse(null),
              manifest.subject().map(Descriptor::digest).orElse(null),
              config.created(),
              config.labels()),
          "");
    }
  }

  /** A manifest, or nothing because the registry has none, or a problem. */
  private record Fetched(@Nullable ImageManifest manifest, String problem) {}

  /** The config that says by its type that there is none. */
  private static boolean isEmptyConfig(String mediaType) {
    return mediaType.equals("application/vnd.oci.empty.v1+json");
  }
}
