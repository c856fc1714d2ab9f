package dev.guard.registry.cleanup;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.Digest;
import dev.guard.StateException;
import dev.guard.internal.json.Json;
import dev.guard.state.StateStore;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Which repositories of a registry have first sights, in sixteen shards, so that those of one that
 * is gone can be found: its name stands in no inventory any more. A name is added before its sights
 * are, and taken out after they were forgotten.
 */
final class SeenRepositories {
  private static final String SCHEMA = "guard.first-seen.repositories/1";
  private static final String KIND = "first-seen-repositories";
  private static final int TRIES = 10;
  private static final String SHARDS = "0123456789abcdef";

  private final StateStore store;

  SeenRepositories(StateStore store) {
    this.store = store;
  }

  /** Remembers that these have sights. */
  void add(String host, Set<String> repositories) {
    Map<Character, TreeSet<String>> shards = new TreeMap<>();
    for (String repository : repositories) {
      shards.computeIfAbsent(shardOf(repository), absent -> new TreeSet<>()).add(repository);
    }
    shards.forEach(
        (shard, names) ->
            change(
                host,
                shard,
                known -> {
                  TreeSet<String> all = new TreeSet<>(known);
                  all.addAll(names);
                  return all;
                }));
  }

  /**
   * Keeps only some.
   *
   * @param still those that are still there, or of which nobody knows
   * @param forget what is done for each other before its name is taken out
   */
  void retain(String host, Set<String> still, Consumer<String> forget) {
    for (int i = 0; i < SHARDS.length(); i++) {
      char shard = SHARDS.charAt(i);
      TreeSet<String> gone = new TreeSet<>(read(host, shard));
      gone.removeAll(still);
      if (!gone.isEmpty()) {
        gone.forEach(forget);
        change(
            host,
            shard,
            known -> {
              TreeSet<String> left = new TreeSet<>(known);
              left.removeAll(gone);
              return left;
            });
      }
    }
  }

  private static char shardOf(String repository) {
    return Digest.of(repository).hex().charAt(0);
  }

  private static String key(String host, char shard) {
    return StateStore.key(KIND, host + "#" + shard);
  }

  private TreeSet<String> read(String host, char shard) {
    return store.get(key(host, shard)).map(found -> parse(found.value())).orElseGet(TreeSet::new);
  }

  private void change(String host, char shard, UnaryOperator<TreeSet<String>> how) {
    String key = key(host, shard);
    for (int i = 0; i < TRIES; i++) {
      Optional<StateStore.Versioned> found = store.get(key);
      TreeSet<String> before =
          found.map(document -> parse(document.value())).orElseGet(TreeSet::new);
      TreeSet<String> after = how.apply(before);
      if (after.equals(before)) {
        return;
      }
      String version = found.map(StateStore.Versioned::version).orElse(null);
      if (store.compareAndSet(key, version, write(after)).isPresent()) {
        return;
      }
    }
    throw new StateException(
        "The list of repositories seen changed under us "
            + TRIES
            + " times. Is another plan being made? Try again.");
  }

  private byte[] write(Set<String> repositories) {
    ObjectNode json = Json.object();
    json.put("schema", SCHEMA);
    ArrayNode names = json.putArray("repositories");
    repositories.forEach(names::add);
    byte[] value = Json.canonical(json);
    if (value.length > store.capabilities().maxValueBytes()) {
      throw new StateException(
          "The names of the repositories seen take "
              + value.length
              + " bytes in one shard, but the state store holds "
              + store.capabilities().maxValueBytes()
              + ". Take a larger store, or name fewer repositories in the policy.");
    }
    return value;
  }

  private static TreeSet<String> parse(byte[] value) {
    try {
      JsonNode json = Json.read(value);
      JsonNode names = json.path("repositories");
      if (!json.path("schema").asText("").equals(SCHEMA) || !names.isArray()) {
        throw new IOException("another schema");
      }
      TreeSet<String> all = new TreeSet<>();
      for (JsonNode name : names) {
        if (!name.isTextual() || name.asText().isBlank()) {
          throw new IOException("a name that is none");
        }
        all.add(name.asText());
      }
      return all;
    } catch (IOException e) {
      throw new StateException(
          "The list of repositories seen is not readable. Look into the state store.", e);
    }
  }
}
