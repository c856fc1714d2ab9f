package dev.guard.testkit.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What a fake registry holds: exact bytes. Guarded by its own lock. */
final class RegistryStore {
  /** A manifest as it was put. */
  static final class Manifest {
    private final String mediaType;
    private final byte[] bytes;

    Manifest(String mediaType, byte[] bytes) {
      this.mediaType = mediaType;
      this.bytes = bytes;
    }

    String mediaType() {
      return mediaType;
    }

    /** Not a copy. */
    byte[] bytes() {
      return bytes;
    }
  }

  private static final class Repository {
    private final Map<String, Manifest> manifests = new TreeMap<>();
    private final Map<String, String> tags = new TreeMap<>();
    private final Set<String> blobs = new TreeSet<>();
    private boolean everTagged;
    private boolean everHadBlobs;

    private Repository copy() {
      Repository copy = new Repository();
      copy.manifests.putAll(manifests);
      copy.tags.putAll(tags);
      copy.blobs.addAll(blobs);
      copy.everTagged = everTagged;
      copy.everHadBlobs = everHadBlobs;
      return copy;
    }
  }

  private static final ObjectMapper JSON = new ObjectMapper();

  /** As a walk through directories goes: a path before its neighbours, whatever their names. */
  static final Comparator<String> WALK = Comparator.comparing(path -> path.replace('/', '\0'));

  private final Map<String, Repository> repositories = new TreeMap<>(WALK);
  private final Map<String, byte[]> blobs = new HashMap<>();

  synchronized RegistryStore copy() {
    RegistryStore copy = new RegistryStore();
    repositories.forEach((name, repository) -> copy.repositories.put(name, repository.copy()));
    copy.blobs.putAll(blobs);
    return copy;
  }

  static JsonNode parse(byte[] bytes) {
    try {
      return JSON.readTree(bytes);
    } catch (JsonProcessingException e) {
      return JSON.missingNode();
    } catch (IOException e) {
      throw new IllegalStateException("bytes in memory could not be read", e);
    }
  }

  private @Nullable Repository find(String name) {
    return repositories.get(name);
  }

  private Repository open(String name) {
    return repositories.computeIfAbsent(name, it -> new Repository());
  }

  synchronized List<String> names() {
    return List.copyOf(repositories.keySet());
  }

  /** What the catalog lists: whatever ever had a blob. */
  synchronized List<String> repositories() {
    return repositories.entrySet().stream()
        .filter(it -> it.getValue().everHadBlobs)
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Whether the walk would come to another directory after a repository, listed or not. */
  synchronized boolean anyAfter(String repository) {
    return repositories.keySet().stream().anyMatch(it -> WALK.compare(it, repository) > 0);
  }

  /** Makes a repository's directory, as the beginning of an upload does. */
  synchronized void touch(String repository) {
    open(repository);
  }

  synchronized @Nullable Manifest manifest(String repository, String digest) {
    Repository found = find(repository);
    return found == null ? null : found.manifests.get(digest);
  }

  synchronized Map<String, Manifest> manifests(String repository) {
    Repository found = find(repository);
    return found == null ? Map.of() : new TreeMap<>(found.manifests);
  }

  synchronized @Nullable String tag(String repository, String tag) {
    Repository found = find(repository);
    return found == null ? null : found.tags.get(tag);
  }

  /** The tags, sorted; null where the registry would not know the repository. */
  synchronized @Nullable Map<String, String> tags(String repository) {
    Repository found = find(repository);
    return found == null || !found.everTagged ? null : new TreeMap<>(found.tags);
  }

  /** The tags as a directory gives them: in an order, but not a sorted one. */
  static List<String> directoryOrder(Map<String, String> tags) {
    List<String> names = new ArrayList<>(tags.keySet());
    names.sort(
        Comparator.comparing(
            (String name) -> Media.digest(name.getBytes(java.nio.charset.StandardCharsets.UTF_8))));
    return names;
  }

  synchronized String put(String repository, @Nullable String tag, String mediaType, byte[] bytes) {
    Repository into = open(repository);
    String digest = Media.digest(bytes);
    into.manifests.put(digest, new Manifest(mediaType, bytes.clone()));
    if (tag != null) {
      into.tags.put(tag, digest);
      into.everTagged = true;
    }
    return digest;
  }

  synchronized void setTag(String repository, String tag, String digest) {
    Repository into = open(repository);
    into.tags.put(tag, digest);
    into.everTagged = true;
  }

  synchronized boolean untag(String repository, String tag) {
    Repository found = find(repository);
    return found != null && found.tags.remove(tag) != null;
  }

  /** Deletes a manifest, and its tags unless they are to be left dangling. */
  synchronized boolean delete(String repository, String digest, boolean tagsToo) {
    Repository found = find(repository);
    if (found == null || found.manifests.remove(digest) == null) {
      return false;
    }
    if (tagsToo) {
      found.tags.values().removeIf(digest::equals);
    }
    return true;
  }

  synchronized void putBlob(String repository, String digest, byte[] bytes) {
    blobs.putIfAbsent(digest, bytes.clone());
    link(repository, digest);
  }

  synchronized byte @Nullable [] blob(String repository, String digest) {
    Repository found = find(repository);
    return found != null && found.blobs.contains(digest) ? blobs.get(digest) : null;
  }

  synchronized boolean mount(String from, String to, String digest) {
    if (blob(from, digest) == null) {
      return false;
    }
    link(to, digest);
    return true;
  }

  private void link(String repository, String digest) {
    Repository into = open(repository);
    into.blobs.add(digest);
    into.everHadBlobs = true;
  }

  synchronized boolean unlinkBlob(String repository, String digest) {
    Repository found = find(repository);
    return found != null && found.blobs.remove(digest);
  }

  synchronized boolean dropBlob(String digest) {
    return blobs.remove(digest) != null;
  }

  synchronized int blobCount() {
    return blobs.size();
  }

  synchronized long bytes() {
    long sum = 0;
    for (byte[] blob : blobs.values()) {
      sum += blob.length;
    }
    return sum;
  }

  /**
   * What {@code garbage-collect} does: marks from the manifests, or with {@code untagged} from the
   * tags alone and, as 2.8.2, without looking into indexes; sweeps blobs.
   */
  synchronized void collect(boolean untagged) {
    Set<String> marked = new HashSet<>();
    for (Repository repository : repositories.values()) {
      if (untagged) {
        repository.manifests.keySet().removeIf(it -> !repository.tags.containsValue(it));
      }
      Deque<Manifest> todo = new ArrayDeque<>(repository.manifests.values());
      while (!todo.isEmpty()) {
        JsonNode manifest = parse(todo.remove().bytes());
        String config = manifest.path("config").path("digest").asText("");
        marked.add(config);
        for (JsonNode layer : manifest.path("layers")) {
          marked.add(layer.path("digest").asText(""));
        }
      }
    }
    blobs.keySet().retainAll(marked);
    for (Repository repository : repositories.values()) {
      repository.blobs.retainAll(blobs.keySet());
    }
  }
}
