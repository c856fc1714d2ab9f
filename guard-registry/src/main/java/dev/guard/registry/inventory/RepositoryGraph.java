package dev.guard.registry.inventory;

import dev.guard.registry.RegistryClient;
import dev.guard.registry.reference.ContentDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * One repository as it was read: its tags, its manifests, and which names which. Complete for
 * everything that can be reached from a tag; manifests that no tag leads to are invisible in most
 * registries. Immutable and thread-safe.
 */
public final class RepositoryGraph {
  private static final Pattern REFERRER_TAG =
      Pattern.compile("(sha256|sha384|sha512)-([0-9a-f]{64})(\\..+)?");

  private final String repository;
  private final NavigableMap<String, ContentDigest> tags;
  private final Map<ContentDigest, ImageManifest> manifests;
  private final Map<ContentDigest, List<String>> tagsOf = new HashMap<>();
  private final Map<ContentDigest, SortedSet<ContentDigest>> parents = new HashMap<>();
  private final Map<ContentDigest, SortedSet<ContentDigest>> referrers = new HashMap<>();
  private final Map<ContentDigest, SortedSet<ContentDigest>> subjects = new HashMap<>();
  private final Map<ContentDigest, SortedSet<ContentDigest>> missing = new TreeMap<>();

  private RepositoryGraph(
      String repository,
      Map<String, ContentDigest> tags,
      Map<ContentDigest, ImageManifest> manifests) {
    this.repository = repository;
    this.tags = Collections.unmodifiableNavigableMap(new TreeMap<>(tags));
    this.manifests = Collections.unmodifiableMap(new LinkedHashMap<>(manifests));
    for (Map.Entry<String, ContentDigest> tag : this.tags.entrySet()) {
      if (!this.manifests.containsKey(tag.getValue())) {
        throw new IllegalArgumentException(
            "The tag "
                + tag.getKey()
                + " of "
                + repository
                + " names a manifest that is not given.");
      }
      tagsOf.merge(tag.getValue(), List.of(tag.getKey()), RepositoryGraph::joined);
    }
    for (ImageManifest manifest : this.manifests.values()) {
      for (ImageManifest.Child child : manifest.children()) {
        add(parents, child.digest(), manifest.digest());
        if (!this.manifests.containsKey(child.digest())) {
          add(missing, manifest.digest(), child.digest());
        }
      }
      manifest.subject().ifPresent(subject -> refer(manifest.digest(), subject));
    }
    for (Map.Entry<String, ContentDigest> tag : this.tags.entrySet()) {
      if (isReferrerTag(tag.getKey())) {
        subjectsByTag(tag.getKey()).forEach(subject -> refer(tag.getValue(), subject));
      }
    }
  }

  private void refer(ContentDigest referrer, ContentDigest subject) {
    if (!referrer.equals(subject)) {
      add(referrers, subject, referrer);
      add(subjects, referrer, subject);
    }
  }

  private static List<String> joined(List<String> some, List<String> more) {
    List<String> all = new ArrayList<>(some);
    all.addAll(more);
    return all;
  }

  private static <K, V extends Comparable<V>> void add(Map<K, SortedSet<V>> map, K key, V value) {
    map.computeIfAbsent(key, absent -> new TreeSet<>()).add(value);
  }

  /**
   * A repository from what was read of it.
   *
   * @param repository its path
   * @param tags the digest each tag names; each must be among the manifests
   * @param manifests the manifests by digest; a child that is not among them counts as missing in
   *     the registry
   * @return the graph
   */
  public static RepositoryGraph of(
      String repository,
      Map<String, ContentDigest> tags,
      Map<ContentDigest, ImageManifest> manifests) {
    return new RepositoryGraph(repository, tags, manifests);
  }

  /**
   * What a referrer tag refers to: exactly one digest, or for longer digests those it is the
   * beginning of.
   */
  private List<ContentDigest> subjectsByTag(String tag) {
    int dot = tag.indexOf('.');
    String fallback = dot < 0 ? tag : tag.substring(0, dot);
    if (fallback.startsWith("sha256-")) {
      return List.of(new ContentDigest(fallback.replace('-', ':')));
    }
    return manifests.keySet().stream()
        .filter(digest -> RegistryClient.fallbackTag(digest).equals(fallback))
        .toList();
  }

  /**
   * Whether a tag only serves to find what refers to a digest: the fallback tag of the
   * specification, and the older {@code .sig}, {@code .att} and {@code .sbom} tags.
   *
   * @param tag the tag
   * @return true if so
   */
  public static boolean isReferrerTag(String tag) {
    return REFERRER_TAG.matcher(tag).matches();
  }

  /**
   * The repository's path.
   *
   * @return the path
   */
  public String repository() {
    return repository;
  }

  /**
   * The digest each tag names.
   *
   * @return sorted by tag
   */
  public NavigableMap<String, ContentDigest> tags() {
    return tags;
  }

  /**
   * The manifests.
   *
   * @return by digest
   */
  public Map<ContentDigest, ImageManifest> manifests() {
    return manifests;
  }

  /**
   * The tags of one manifest.
   *
   * @param digest the manifest
   * @return sorted, maybe none
   */
  public SortedSet<String> tagsOf(ContentDigest digest) {
    return Collections.unmodifiableSortedSet(new TreeSet<>(tagsOf.getOrDefault(digest, List.of())));
  }

  /**
   * The indexes that name a manifest.
   *
   * @param digest the manifest
   * @return sorted, maybe none
   */
  public SortedSet<ContentDigest> parentsOf(ContentDigest digest) {
    return parents.getOrDefault(digest, Collections.emptySortedSet());
  }

  /**
   * What refers to a manifest: by its subject, or by a fallback or cosign tag.
   *
   * @param digest the manifest
   * @return sorted, maybe none
   */
  public SortedSet<ContentDigest> referrersOf(ContentDigest digest) {
    return referrers.getOrDefault(digest, Collections.emptySortedSet());
  }

  /**
   * What a manifest refers to.
   *
   * @param digest the manifest
   * @return sorted, maybe none
   */
  public SortedSet<ContentDigest> subjectsOf(ContentDigest digest) {
    return subjects.getOrDefault(digest, Collections.emptySortedSet());
  }

  /**
   * The children that an index names and the registry does not have.
   *
   * @return by index; empty if nothing is broken
   */
  public Map<ContentDigest, SortedSet<ContentDigest>> missingChildren() {
    return Collections.unmodifiableMap(missing);
  }

  /**
   * What must stay if a manifest must: what it names, what names it, what refers to it and what it
   * refers to. One step only.
   *
   * @param digest the manifest, here or missing
   * @return the digests, maybe none
   */
  public Set<ContentDigest> neighboursOf(ContentDigest digest) {
    Set<ContentDigest> near = new LinkedHashSet<>();
    ImageManifest manifest = manifests.get(digest);
    if (manifest != null) {
      manifest.children().forEach(child -> near.add(child.digest()));
    }
    near.addAll(parentsOf(digest));
    near.addAll(referrersOf(digest));
    near.addAll(subjectsOf(digest));
    return near;
  }

  /**
   * The manifests that hang together with any other, also those that are named and missing; all
   * others have no {@link #neighboursOf neighbours}.
   *
   * @return the digests
   */
  public Set<ContentDigest> connected() {
    Set<ContentDigest> all = new LinkedHashSet<>(parents.keySet());
    parents.values().forEach(all::addAll);
    all.addAll(referrers.keySet());
    all.addAll(subjects.keySet());
    return all;
  }

  /**
   * A manifest with all it names, and all they name.
   *
   * @param root where to begin
   * @return the digests, the root first; missing ones are left out
   */
  public Set<ContentDigest> treeOf(ContentDigest root) {
    Set<ContentDigest> seen = new LinkedHashSet<>();
    ArrayDeque<ContentDigest> open = new ArrayDeque<>();
    open.add(root);
    while (!open.isEmpty()) {
      ContentDigest digest = open.remove();
      ImageManifest manifest = manifests.get(digest);
      if (manifest != null && seen.add(digest)) {
        manifest.children().forEach(child -> open.add(child.digest()));
      }
    }
    return seen;
  }

  @Override
  public String toString() {
    return repository + ": " + tags.size() + " tags, " + manifests.size() + " manifests";
  }
}
