package dev.guard.registry.cleanup;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.Digest;
import dev.guard.StateException;
import dev.guard.internal.json.Json;
import dev.guard.registry.inventory.RegistryInventory;
import dev.guard.registry.inventory.RepositoryGraph;
import dev.guard.registry.reference.ContentDigest;
import dev.guard.state.StateStore;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * When each tagged manifest was first seen in its repository by a complete inventory, kept in the
 * state store in sixteen shards a repository. A sight starts anew when a tag is added, and is
 * forgotten when a complete inventory lacks the manifest, or its whole repository, or the registry
 * says that there is none of that name. A repository that could not be read forgets nothing.
 */
final class FirstSights {
  private static final String SCHEMA = "guard.first-seen/1";
  private static final String KIND = "first-seen";
  private static final int TRIES = 10;
  private static final int TAG_HASH = 16;
  private static final char[] SHARDS = "0123456789abcdef".toCharArray();

  /** What a store knows after an inventory was noted. */
  static final class Noted {
    private final Map<String, Map<ContentDigest, Instant>> at = new HashMap<>();
    private @Nullable Instant since;

    Optional<Instant> firstSeen(String repository, ContentDigest digest) {
      return Optional.ofNullable(at.getOrDefault(repository, Map.of()).get(digest));
    }

    /** Since when sights are counted in any repository of this inventory. */
    Optional<Instant> since() {
      return Optional.ofNullable(since);
    }
  }

  private record Sight(Instant at, TreeSet<String> tags) {}

  private record Shard(Instant since, TreeMap<String, Sight> sights) {}

  private final StateStore store;
  private final SeenRepositories repositories;

  FirstSights(StateStore store) {
    this.store = store;
    this.repositories = new SeenRepositories(store);
  }

  /** Notes an inventory and answers what is known after it. */
  Noted note(RegistryInventory inventory) {
    Set<String> here = inventory.repositories().keySet();
    repositories.add(inventory.host(), here);
    Noted noted = new Noted();
    for (RepositoryGraph graph : inventory.repositories().values()) {
      noted.at.put(graph.repository(), note(inventory, graph, noted));
    }
    Set<String> still = new TreeSet<>(here);
    still.addAll(inventory.unread().keySet());
    still.removeAll(inventory.absent());
    repositories.retain(
        inventory.host(),
        still,
        gone -> {
          for (char shard : SHARDS) {
            update(key(inventory.host(), gone, shard), Map.of(), inventory.began());
          }
        });
    return noted;
  }

  private Map<ContentDigest, Instant> note(
      RegistryInventory inventory, RepositoryGraph graph, Noted noted) {
    Map<Character, Map<String, TreeSet<String>>> now = new TreeMap<>();
    for (char shard : SHARDS) {
      now.put(shard, new TreeMap<>());
    }
    for (ContentDigest digest : graph.manifests().keySet()) {
      SortedSet<String> tags = graph.tagsOf(digest);
      Map<String, TreeSet<String>> shard = now.get(digest.hex().charAt(0));
      if (!tags.isEmpty() && shard != null) {
        TreeSet<String> hashes = new TreeSet<>();
        tags.forEach(tag -> hashes.add(Digest.of(tag).hex().substring(0, TAG_HASH)));
        shard.put(digest.text(), hashes);
      }
    }
    Map<ContentDigest, Instant> seen = new HashMap<>();
    now.forEach(
        (shard, digests) -> {
          String key = key(inventory.host(), graph.repository(), shard);
          Shard after = update(key, digests, inventory.began());
          after
              .sights()
              .forEach((digest, sight) -> seen.put(new ContentDigest(digest), sight.at()));
          if (!after.sights().isEmpty()
              && (noted.since == null || after.since().isBefore(noted.since))) {
            noted.since = after.since();
          }
        });
    return seen;
  }

  private static String key(String host, String repository, char shard) {
    return StateStore.key(KIND, host + "/" + repository + "#" + shard);
  }

  private Shard update(String key, Map<String, TreeSet<String>> digests, Instant now) {
    for (int i = 0; i < TRIES; i++) {
      Optional<StateStore.Versioned> found = store.get(key);
      if (found.isEmpty() && digests.isEmpty()) {
        return new Shard(now, new TreeMap<>());
      }
      Shard before = found.isEmpty() ? new Shard(now, new TreeMap<>()) : read(found.get().value());
      TreeMap<String, Sight> sights = new TreeMap<>();
      digests.forEach(
          (digest, tags) -> {
            Sight old = before.sights().get(digest);
            boolean tagAdded = old == null || !old.tags().containsAll(tags);
            sights.put(digest, new Sight(old == null || tagAdded ? now : old.at(), tags));
          });
      Shard after = new Shard(before.since(), sights);
      if (found.isPresent() && after.equals(before)) {
        return after;
      }
      byte[] value = write(after);
      if (value.length > store.capabilities().maxValueBytes()) {
        throw new StateException(
            "The first sights of one shard take "
                + value.length
                + " bytes, but the state store holds "
                + store.capabilities().maxValueBytes()
                + ". Take a larger store.");
      }
      if (store
          .compareAndSet(key, found.map(StateStore.Versioned::version).orElse(null), value)
          .isPresent()) {
        return after;
      }
    }
    throw new StateException(
        "The first sights changed under us "
            + TRIES
            + " times. Is another plan being made? Try again.");
  }

  private static byte[] write(Shard shard) {
    ObjectNode json = Json.object();
    json.put("schema", SCHEMA);
    json.put("since", shard.since().toString());
    ObjectNode sights = json.putObject("sights");
    shard
        .sights()
        .forEach(
            (digest, sight) -> {
              ObjectNode one = sights.putObject(digest);
              one.put("at", sight.at().toString());
              ArrayNode tags = one.putArray("tags");
              sight.tags().forEach(tags::add);
            });
    return Json.canonical(json);
  }

  private static Shard read(byte[] value) {
    try {
      JsonNode json = Json.read(value);
      if (!json.path("schema").asText("").equals(SCHEMA)) {
        throw new StateException(
            "The state of first sights is of another schema. Look into the state store.");
      }
      TreeMap<String, Sight> sights = new TreeMap<>();
      for (Map.Entry<String, JsonNode> one : json.path("sights").properties()) {
        TreeSet<String> tags = new TreeSet<>();
        one.getValue().path("tags").forEach(tag -> tags.add(tag.asText("")));
        sights.put(
            new ContentDigest(one.getKey()).text(),
            new Sight(Instant.parse(one.getValue().path("at").asText("")), tags));
      }
      return new Shard(Instant.parse(json.path("since").asText("")), sights);
    } catch (IOException | DateTimeException | IllegalArgumentException e) {
      throw new StateException(
          "The state of first sights is not readable. Look into the state store.", e);
    }
  }
}
