package dev.guard.examples.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.StateException;
import dev.guard.audit.AuditRecord;
import dev.guard.audit.AuditSink;
import dev.guard.internal.json.Json;
import dev.guard.state.StateStore;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;

/**
 * What people did at the command line, kept in the state store until somebody owns the journal and
 * appends it: stopping may never wait for a journal that a run is holding. A note is removed only
 * after it is durable in the journal; what a crash between both left behind is recognised by its
 * run and not appended again. So every note is there once.
 *
 * <p>Thread-safe.
 */
final class HumanNotes {
  private static final String SCHEMA = "guard.human/1";
  private static final int MOST = 200;
  private static final int TRIES = 10;
  private static final String RUN = "human-";

  private final StateStore store;
  private final String guard;
  private final String key;
  private final Set<String> appended = new HashSet<>();

  HumanNotes(StateStore store, String guard) {
    this.store = store;
    this.guard = guard;
    this.key = StateStore.key("human", guard);
  }

  /** One thing a person did. */
  record Note(String id, String action, String who, String why, Instant at) {}

  void add(String action, String who, String why, Instant at) {
    Note note = new Note(UUID.randomUUID().toString(), action, who, why, at);
    change(
        notes -> {
          List<Note> more = new ArrayList<>(notes);
          if (more.size() >= MOST) {
            throw new StateException(
                "The journal has not taken "
                    + MOST
                    + " notes of people. Run 'guard images plan' so that it does.");
          }
          more.add(note);
          return more;
        });
  }

  List<Note> waiting() {
    return store.get(key).map(found -> read(found.value())).orElse(List.of());
  }

  /** A record that stands in the journal already: a note it holds is not appended again. */
  synchronized void knows(AuditRecord record) {
    if (record.phase() == AuditRecord.Phase.HUMAN && record.run().startsWith(RUN)) {
      appended.add(record.run());
    }
  }

  /** Appends everything that waits. */
  synchronized void handOver(AuditSink journal) {
    for (Note note : waiting()) {
      AuditRecord record = record(note);
      if (!appended.contains(record.run())) {
        journal.append(record);
        appended.add(record.run());
      }
      change(
          rest -> {
            List<Note> fewer = new ArrayList<>(rest);
            fewer.removeIf(one -> one.id().equals(note.id()));
            return fewer;
          });
    }
  }

  private AuditRecord record(Note note) {
    return new AuditRecord(
        RUN + note.id(),
        note.action(),
        guard,
        AuditRecord.Phase.HUMAN,
        "execute",
        note.who(),
        note.action(),
        List.of(),
        note.why() + " (said at " + note.at() + ")",
        null,
        List.of(),
        "DONE",
        null,
        null);
  }

  private void change(UnaryOperator<List<Note>> step) {
    for (int i = 0; i < TRIES; i++) {
      Optional<StateStore.Versioned> found = store.get(key);
      List<Note> before = found.map(value -> read(value.value())).orElse(List.of());
      List<Note> after = step.apply(before);
      if (store
          .compareAndSet(key, found.map(StateStore.Versioned::version).orElse(null), write(after))
          .isPresent()) {
        return;
      }
    }
    throw new StateException(
        "The notes of people changed under us " + TRIES + " times. Try again.");
  }

  private static byte[] write(List<Note> notes) {
    ObjectNode json = Json.object();
    json.put("schema", SCHEMA);
    ArrayNode all = json.putArray("notes");
    for (Note note : notes) {
      all.addObject()
          .put("id", note.id())
          .put("action", note.action())
          .put("who", note.who())
          .put("why", note.why())
          .put("at", note.at().toString());
    }
    return Json.canonical(json);
  }

  private static List<Note> read(byte[] value) {
    try {
      JsonNode json = Json.read(value);
      if (!json.path("schema").asText("").equals(SCHEMA)) {
        throw new StateException(
            "The notes of people are of another schema. Look into the state directory.");
      }
      List<Note> notes = new ArrayList<>();
      for (JsonNode one : json.path("notes")) {
        notes.add(
            new Note(
                one.path("id").asText(""),
                one.path("action").asText(""),
                one.path("who").asText(""),
                one.path("why").asText(""),
                Instant.parse(one.path("at").asText(""))));
      }
      return notes;
    } catch (IOException | DateTimeException e) {
      throw new StateException(
          "The notes of people are not readable. Look into the state directory.", e);
    }
  }
}
