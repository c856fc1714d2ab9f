package dev.guard.audit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.StateException;
import dev.guard.internal.json.Json;
import dev.guard.state.StateStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The last checkpoint as a document of a state store, and a line of the log. */
final class StoredCheckpoint implements Checkpoint.Receiver {
  private static final Logger LOG = LoggerFactory.getLogger(Checkpoint.class);

  private final StateStore store;
  private final String journal;
  private final String key;

  /** The version that this journal has seen or written last; its own writes go over no other. */
  private @Nullable String version;

  private boolean looked;
  private byte[] tried = {};

  StoredCheckpoint(StateStore store, String journal) {
    if (journal.isBlank()) {
      throw new IllegalArgumentException("A journal's name may not be blank.");
    }
    this.store = Objects.requireNonNull(store, "store");
    this.journal = journal;
    this.key = StateStore.key("journal-checkpoint", journal);
  }

  @Override
  public synchronized void keep(Checkpoint checkpoint) {
    ObjectNode node = Json.object();
    node.put("file", checkpoint.file());
    node.put("hash", checkpoint.hash());
    node.put("seq", Long.toString(checkpoint.seq()));
    node.put("ts", checkpoint.at().toString());
    LOG.info(
        "Journal '{}' has come to record {} with hash {}.",
        journal,
        checkpoint.seq(),
        checkpoint.hash());
    byte[] text = Json.line(node).getBytes(StandardCharsets.UTF_8);
    if (!looked) {
      saw(store.get(key));
    }
    byte[] before = tried;
    tried = text;
    Optional<String> written = store.compareAndSet(key, version, text);
    if (written.isEmpty() && arrived(before)) {
      written = store.compareAndSet(key, version, text);
    }
    if (written.isEmpty()) {
      throw new StateException(
          "Another journal keeps its checkpoints under the name '"
              + journal
              + "'. Give each a name of its own.");
    }
    version = written.get();
  }

  private void saw(Optional<StateStore.Versioned> found) {
    version = found.map(StateStore.Versioned::version).orElse(null);
    looked = true;
  }

  /** Whether what stands there is our own last try, whose fate was unknown. */
  private boolean arrived(byte[] before) {
    Optional<StateStore.Versioned> found = store.get(key);
    boolean ours = found.isPresent() && Arrays.equals(found.get().value(), before);
    if (ours) {
      saw(found);
    }
    return ours;
  }

  @Override
  public synchronized Optional<Checkpoint> last() {
    Optional<StateStore.Versioned> found = store.get(key);
    saw(found);
    return found.isEmpty() ? Optional.empty() : Optional.of(read(found.get().value()));
  }

  private Checkpoint read(byte[] value) {
    try {
      JsonNode node = Json.read(value);
      return new Checkpoint(
          Long.parseLong(node.path("seq").asText()),
          node.path("hash").asText(),
          Instant.parse(node.path("ts").asText()),
          node.path("file").asText());
    } catch (IOException | NumberFormatException | DateTimeException e) {
      throw new StateException(
          "The checkpoint of journal '"
              + journal
              + "' is not readable. Restore it, or remove it knowing that a cut-off end is then not noticed.",
          e);
    }
  }
}
