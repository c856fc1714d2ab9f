package dev.guard.registry.inventory;

import dev.guard.Population;
import dev.guard.registry.reference.ContentDigest;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a registry held when it was read: the graphs of the repositories that could be read
 * completely, and the names of those that could not, with the reason. Made by {@link
 * InventoryReader}. Immutable and thread-safe.
 */
public final class RegistryInventory {
  private final String host;
  private final Instant began;
  private final Map<String, RepositoryGraph> repositories;
  private final Map<String, String> unread;
  private final Set<String> absent;

  private RegistryInventory(
      String host,
      Instant began,
      Collection<RepositoryGraph> repositories,
      Map<String, String> unread,
      Set<String> absent) {
    this.host = Objects.requireNonNull(host, "host");
    this.began = Objects.requireNonNull(began, "began");
    Map<String, RepositoryGraph> sorted = new TreeMap<>();
    for (RepositoryGraph graph : repositories) {
      if (sorted.put(graph.repository(), graph) != null || unread.containsKey(graph.repository())) {
        throw new IllegalArgumentException(
            "The repository " + graph.repository() + " is given twice.");
      }
    }
    this.repositories = Collections.unmodifiableMap(new LinkedHashMap<>(sorted));
    this.unread = Collections.unmodifiableMap(new TreeMap<>(unread));
    this.absent = Collections.unmodifiableSet(new TreeSet<>(absent));
    if (!this.unread.keySet().containsAll(this.absent)) {
      throw new IllegalArgumentException(
          "What is absent could not be read either; unread names it too.");
    }
  }

  /**
   * An inventory from its parts.
   *
   * @param host the registry's host in canonical form
   * @param began when the reading began
   * @param repositories what could be read completely
   * @param unread what could not, with the reason
   * @return the inventory
   */
  public static RegistryInventory of(
      String host,
      Instant began,
      Collection<RepositoryGraph> repositories,
      Map<String, String> unread) {
    return new RegistryInventory(host, began, repositories, unread, Set.of());
  }

  /**
   * This inventory, and which of the unread repositories the registry itself said it does not have.
   *
   * @param gone their names, all of them among {@link #unread}
   * @return the inventory that knows them as {@link #absent}
   */
  public RegistryInventory without(Set<String> gone) {
    return new RegistryInventory(host, began, repositories.values(), unread, gone);
  }

  /**
   * The registry's host in canonical form.
   *
   * @return host, with the port unless it is the default
   */
  public String host() {
    return host;
  }

  /**
   * When the reading began.
   *
   * @return the instant
   */
  public Instant began() {
    return began;
  }

  /**
   * The repositories that were read completely.
   *
   * @return sorted by path
   */
  public Map<String, RepositoryGraph> repositories() {
    return repositories;
  }

  /**
   * One repository.
   *
   * @param repository its path
   * @return its graph, or empty if it is not here or could not be read
   */
  public Optional<RepositoryGraph> repository(String repository) {
    return Optional.ofNullable(repositories.get(repository));
  }

  /**
   * The repositories that could not be read or understood, with the reason: nothing of them is a
   * candidate, and nothing of them counts.
   *
   * @return sorted by path
   */
  public Map<String, String> unread() {
    return unread;
  }

  /**
   * The repositories asked for by name that the registry itself said it does not have; each is
   * among {@link #unread} too. The first sights of their images are forgotten, so that what comes
   * back is new.
   *
   * @return sorted by path
   */
  public Set<String> absent() {
    return absent;
  }

  /**
   * How many manifests there are: pairs of repository and digest, children included, of all
   * repositories that were read.
   *
   * @return the population of a percent limit
   */
  public Population population() {
    long size = 0;
    for (RepositoryGraph graph : repositories.values()) {
      size += graph.manifests().size();
    }
    return Population.of(size);
  }

  /**
   * How many bytes become free when manifests go: the manifests themselves, and each of their blobs
   * once, if no other manifest read here holds it. Blobs held by repositories that were not read
   * may stay, so this is the most it can be.
   *
   * @param going the digests that go, by repository
   * @return bytes
   */
  public long bytesFreed(Map<String, ? extends Set<ContentDigest>> going) {
    Set<ContentDigest> kept = new HashSet<>();
    Map<ContentDigest, Long> freed = new HashMap<>();
    for (RepositoryGraph graph : repositories.values()) {
      Set<ContentDigest> here =
          going.containsKey(graph.repository()) ? going.get(graph.repository()) : Set.of();
      for (ImageManifest manifest : graph.manifests().values()) {
        if (here.contains(manifest.digest())) {
          freed.put(manifest.digest(), manifest.size());
          manifest.blobs().forEach(blob -> freed.put(blob.digest(), blob.size()));
        } else {
          kept.add(manifest.digest());
          manifest.blobs().forEach(blob -> kept.add(blob.digest()));
        }
      }
    }
    freed.keySet().removeAll(kept);
    long sum = 0;
    for (long size : freed.values()) {
      sum += size;
    }
    return sum;
  }

  @Override
  public String toString() {
    return host + ": " + repositories.size() + " repositories, " + unread.size() + " unread";
  }
}
