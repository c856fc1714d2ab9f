package dev.guard.examples.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.Digest;
import dev.guard.GuardConfigurationException;
import dev.guard.StateException;
import dev.guard.Target;
import dev.guard.audit.AuditRecord;
import dev.guard.audit.AuditSink;
import dev.guard.examples.config.ConfigException;
import dev.guard.examples.config.GuardConfig.ConfigMapPart;
import dev.guard.examples.config.GuardConfig.VoicesPart;
import dev.guard.examples.config.Voices;
import dev.guard.internal.json.Json;
import dev.guard.k8s.ClusterConnection;
import dev.guard.k8s.ConfigMapAnnotations;
import dev.guard.plan.Approval;
import dev.guard.registry.RegistryClient;
import dev.guard.registry.reference.ContentDigest;
import dev.guard.soak.Objection;
import dev.guard.state.StateDocument;
import dev.guard.state.StateDocument.Change;
import dev.guard.state.StateStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Objections and approvals that people write into a file or onto a ConfigMap. They count as soon as
 * they stand there, and until they stand there no more; what cannot be read may be a no and
 * refuses. Whoever owns the journal next puts into it what is new and what is gone.
 */
final class People {
  private static final Duration LONG = Duration.ofDays(3660);
  private static final int SHOWN = 300;

  /** So that what is kept fits into one document, however long names and reasons are. */
  private static final int NAME = 40;

  private static final int KEPT = 100;

  private final Session session;
  private final @Nullable Path file;
  private final @Nullable ConfigMapAnnotations map;

  /** All that was read since it was last put on the record: whatever counted stands there. */
  private final Map<String, String> heard = new TreeMap<>();

  private @Nullable Voices last;
  private @Nullable Voices recorded;

  private People(Session session, @Nullable Path file, @Nullable ConfigMapAnnotations map) {
    this.session = session;
    this.file = file;
    this.map = map;
  }

  static People of(Session session, VoicesPart part, Function<String, ClusterConnection> clusters) {
    ConfigMapPart named = part.configMap();
    if (named == null) {
      return new People(session, part.file(), null);
    }
    try {
      return new People(
          session,
          part.file(),
          ConfigMapAnnotations.at(
              clusters.apply(named.context()), named.namespace(), named.name()));
    } catch (IllegalArgumentException e) {
      throw new GuardConfigurationException(
          "The ConfigMap of 'people' has a namespace or a name that Kubernetes does not allow.");
    }
  }

  boolean isNobody() {
    return file == null && map == null;
  }

  /**
   * What stands there now.
   *
   * @throws StateException if it cannot be read or understood
   */
  private synchronized Voices read() {
    try {
      Voices all = file == null ? new Voices(List.of(), List.of()) : Voices.ofFile(file);
      all = map == null ? all : all.and(Voices.ofAnnotations(map.toString(), map.read()));
      if (!all.equals(last)) {
        last = all;
        heard.putAll(sentences(all));
      }
      return all;
    } catch (ConfigException fault) {
      throw new StateException(String.valueOf(fault.getMessage()), fault);
    }
  }

  List<Objection> objections() {
    return read().objections().stream()
        .map(one -> new Objection(target(one), one.who(), one.why(), Instant.EPOCH, one.until()))
        .toList();
  }

  List<Approval> approvals(Instant now) {
    return read().approvals().stream()
        .map(one -> new Approval(one.plan(), one.who(), one.why(), now, now.plus(LONG)))
        .toList();
  }

  /** A tag may be moved on purpose, so only a digest says which image was meant. */
  private Target target(Voices.No one) {
    ImageArgument image;
    try {
      image = ImageArgument.parse(one.image(), session);
    } catch (CommandException fault) {
      throw new StateException(one.where() + ": " + fault.getMessage(), fault);
    }
    ContentDigest digest =
        image
            .image()
            .digest()
            .orElseThrow(
                () ->
                    new StateException(
                        one.where()
                            + ": an objection names its image by digest, repository@sha256:…, but this is '"
                            + one.image()
                            + "'."));
    return Target.of(
        RegistryClient.KIND, session.registry().host() + "/" + image.repository(), digest.text());
  }

  /** Puts on the record what is new there and what is gone. What cannot be read is not gone. */
  void record(StateStore store, String guard, AuditSink journal, Instant now) {
    if (isNobody()) {
      return;
    }
    Voices voices;
    try {
      voices = read();
    } catch (StateException unreadable) { // every run refuses while it is, and says so
      return;
    }
    put(store, guard, journal, now, voices);
  }

  /**
   * Puts on the record what was read since {@link #record}: what counted for a decision stands
   * there before the decision does, also if it is taken back at once. Asks nobody.
   */
  synchronized void recordHeard(StateStore store, String guard, AuditSink journal, Instant now) {
    Voices voices = last;
    if (voices != null && !voices.equals(recorded)) {
      put(store, guard, journal, now, voices);
    }
  }

  private synchronized void put(
      StateStore store, String guard, AuditSink journal, Instant now, Voices voices) {
    Map<String, String> stands = sentences(voices);
    Map<String, String> said = new TreeMap<>(heard);
    said.putAll(stands);
    StateDocument<Map<String, String>> known =
        StateDocument.in(store, StateStore.key("people", guard), new Form());
    Map<String, String> before = known.read().orElse(Map.of());
    said.forEach(
        (key, text) -> {
          if (!before.containsKey(key)) {
            journal.append(human(guard, key, "", text, now));
          }
        });
    said.putAll(before);
    said.forEach(
        (key, text) -> {
          if (!stands.containsKey(key)) {
            journal.append(human(guard, key, "withdraw-", text, now));
          }
        });
    Map<String, String> kept = new TreeMap<>();
    stands.forEach((key, text) -> kept.put(key, cut(text, KEPT)));
    if (!kept.equals(before)) {
      known.change(found -> Change.to(kept, true));
    }
    heard.clear();
    recorded = voices;
  }

  private static Map<String, String> sentences(Voices voices) {
    Map<String, String> stands = new TreeMap<>();
    voices
        .objections()
        .forEach(
            one ->
                stands.put(
                    key("object", one.image() + "\n" + one.until(), one.who(), one.why()),
                    said(
                        one.image() + (one.until() == null ? "" : " until " + one.until()),
                        one.why(),
                        one.where())));
    voices
        .approvals()
        .forEach(
            one ->
                stands.put(
                    key("approve", one.plan().text(), one.who(), one.why()),
                    said("plan " + one.plan(), one.why(), one.where())));
    return stands;
  }

  private static String key(String what, String about, String who, String why) {
    return what
        + "\n"
        + cut(who.replace('\n', ' '), NAME)
        + "\n"
        + Digest.of(about + "\n" + who + "\n" + why).hex().substring(0, 32);
  }

  private static String said(String about, String why, String where) {
    String text = about + ": " + why + " (" + where + ")";
    return cut(text, SHOWN);
  }

  private static String cut(String text, int most) {
    return text.length() <= most ? text : text.substring(0, most - 1) + "…";
  }

  private static AuditRecord human(
      String guard, String key, String prefix, String text, Instant now) {
    String[] parts = key.split("\n", -1);
    return new AuditRecord(
        "human-" + parts[2] + "-" + now.getEpochSecond(),
        parts[0],
        guard,
        AuditRecord.Phase.HUMAN,
        "execute",
        parts[1],
        prefix + parts[0],
        List.of(),
        text,
        null,
        List.of(),
        "DONE",
        null,
        null);
  }

  private static final class Form implements StateDocument.Form<Map<String, String>> {
    private static final String SCHEMA = "guard.people/1";

    @Override
    public Map<String, String> read(byte[] bytes) {
      try {
        JsonNode json = Json.read(bytes);
        if (!SCHEMA.equals(json.path("schema").asText()) || !json.path("said").isObject()) {
          throw new IOException("another schema");
        }
        Map<String, String> said = new TreeMap<>();
        for (Map.Entry<String, JsonNode> one : json.path("said").properties()) {
          if (one.getKey().split("\n", -1).length != 3) {
            throw new IOException("a key that is none");
          }
          said.put(one.getKey(), one.getValue().asText());
        }
        return said;
      } catch (IOException fault) {
        throw new StateException(
            "What people said by file and ConfigMap is not readable. Look into the state store.",
            fault);
      }
    }

    @Override
    public byte[] write(Map<String, String> said) {
      ObjectNode json = Json.object();
      json.put("schema", SCHEMA);
      ObjectNode all = json.putObject("said");
      said.forEach(all::put);
      return Json.line(json).getBytes(StandardCharsets.UTF_8);
    }
  }
}
