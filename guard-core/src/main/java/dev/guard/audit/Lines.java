package dev.guard.audit;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import dev.guard.AuditException;
import dev.guard.Reason;
import dev.guard.Target;
import dev.guard.internal.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One record, one line, and back. Everything outside printable ASCII is escaped, so that nothing a
 * target is called can break a line, turn its direction, or hide in it. The hash is over the raw
 * bytes before {@code ,"hash"}.
 */
final class Lines {
  /** The longest line that is written or read. */
  static final int MAX_LINE = 16 * 1024 * 1024;

  /** The longest intent: its outcome, with reasons, must still fit in a line. */
  static final int MAX_INTENT = MAX_LINE / 2;

  /** About how many characters all reasons of one record may have. */
  private static final int MAX_REASONS = 1024 * 1024;

  /** The longest free text; what is longer is cut, visibly. */
  static final int MAX_TEXT = 4096;

  static final String FIRST_PREV = "0".repeat(64);
  private static final Pattern NOT_LETTERS = Pattern.compile("[^a-z0-9]");
  private static final List<String> SECRETS =
      List.of(
          "password",
          "passwd",
          "passphrase",
          "secret",
          "token",
          "authorization",
          "bearer",
          "credential",
          "cookie",
          "apikey",
          "privatekey");
  static final byte[] START = "{\"v\":1,\"seq\":".getBytes(StandardCharsets.US_ASCII);
  static final byte[] HASH = ",\"hash\":\"".getBytes(StandardCharsets.US_ASCII);
  private static final int TAIL = HASH.length + 64 + 2;
  private static final JsonFactory FACTORY =
      JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private Lines() {}

  /** DEL is ASCII to Jackson, and a control character to terminals. */
  private static final class Escapes extends CharacterEscapes {
    private static final long serialVersionUID = 1L;
    private final int[] ascii = standardAsciiEscapesForJSON();

    Escapes() {
      ascii[0x7f] = ESCAPE_STANDARD;
    }

    @Override
    public int[] getEscapeCodesForAscii() {
      return ascii.clone();
    }

    @Override
    public @Nullable SerializableString getEscapeSequence(int ch) {
      return null;
    }
  }

  private static final CharacterEscapes ESCAPES = new Escapes();

  /** The part of a line that does not depend on its place: from {@code "run"} to {@code "undo"}. */
  static byte[] body(AuditRecord record) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
      json.setCharacterEscapes(ESCAPES);
      new Body(json).write(record);
    } catch (IOException e) {
      throw new AuditException("A record could not be written as JSON.", e);
    }
    byte[] all = bytes.toByteArray();
    int most = record.phase() == AuditRecord.Phase.INTENDED ? MAX_INTENT : MAX_LINE - 512;
    if (all.length > most) {
      throw new AuditException(
          "A record of "
              + record.targets().size()
              + " targets makes a line of "
              + all.length
              + " bytes, and the longest is "
              + most
              + ". Act on fewer targets in one intent.");
    }
    return all;
  }

  /** Writes one record's fields, and remembers whether it had to cut one. */
  private static final class Body {
    private final JsonGenerator json;
    private boolean truncated;

    Body(JsonGenerator json) {
      this.json = json;
    }

    void write(AuditRecord record) throws IOException {
      json.writeStartObject();
      exact("run", record.run());
      exact("op", record.op());
      exact("guard", record.guard());
      exact("phase", record.phase().name());
      exact("mode", record.mode());
      text("actor", record.actor());
      exact("action", record.action());
      json.writeArrayFieldStart("targets");
      for (Target target : record.targets()) {
        target(target);
      }
      json.writeEndArray();
      text("because", record.because());
      exact("plan", record.plan());
      reasons(record.reasons());
      exact("outcome", record.outcome());
      text("error", record.error());
      exact("undo", record.undo());
      if (truncated) {
        json.writeBooleanField("truncated", true);
      }
      json.writeEndObject();
    }

    /** What machines compare is written whole or not at all. */
    private void exact(String name, @Nullable String value) throws IOException {
      if (value != null && value.length() > MAX_TEXT) {
        throw new AuditException(
            "The record's '"
                + name
                + "' has "
                + value.length()
                + " characters, and the longest is "
                + MAX_TEXT
                + ". It is not cut, so nothing runs; shorten it.");
      }
      text(name, value);
    }

    /** What people read is cut, and the record says so. */
    private void text(String name, @Nullable String value) throws IOException {
      if (value == null) {
        json.writeNullField(name);
        return;
      }
      boolean cut = value.length() > MAX_TEXT;
      truncated |= cut;
      json.writeStringField(name, cut ? value.substring(0, MAX_TEXT) : value);
    }

    private void target(Target target) throws IOException {
      json.writeStartObject();
      json.writeStringField("kind", target.kind());
      json.writeStringField("scope", target.scope());
      json.writeStringField("id", target.id());
      if (!target.labels().isEmpty()) {
        json.writeObjectFieldStart("labels");
        for (Map.Entry<String, String> label : target.labels().entrySet()) {
          json.writeStringField(label.getKey(), secret(label.getKey()) ? "***" : label.getValue());
        }
        json.writeEndObject();
      }
      json.writeEndObject();
    }

    /** However many reasons there are, an outcome must fit where its intent did. */
    private void reasons(List<Reason> reasons) throws IOException {
      json.writeArrayFieldStart("reasons");
      int left = MAX_REASONS;
      for (Reason reason : reasons) {
        left -= Math.min(reason.sentence().length(), MAX_TEXT) + 200;
        if (left < 0) {
          truncated = true;
          break;
        }
        json.writeStartObject();
        text("safeguard", reason.safeguard());
        text("code", reason.code());
        text("message", reason.sentence());
        if (reason.where().isPresent()) {
          left -= reason.where().get().length();
          text("where", reason.where().get());
        }
        json.writeBooleanField("pending", reason.pending());
        json.writeEndObject();
      }
      json.writeEndArray();
    }
  }

  private static boolean secret(String label) {
    String name = NOT_LETTERS.matcher(label.toLowerCase(Locale.ROOT)).replaceAll("");
    for (String word : SECRETS) {
      if (name.contains(word)) {
        return true;
      }
    }
    return false;
  }

  /** The hash that a line names, or null if it does not end like a line. */
  static @Nullable String namedHash(byte[] line, int length) {
    int at = length - TAIL;
    if (at < 0 || line[length - 1] != '}' || line[length - 2] != '"') {
      return null;
    }
    for (int i = 0; i < HASH.length; i++) {
      if (line[at + i] != HASH[i]) {
        return null;
      }
    }
    return new String(line, at + HASH.length, 64, StandardCharsets.US_ASCII);
  }

  /** Where a record seems to begin, or -1. */
  static int start(byte[] line, int from, int length) {
    for (int at = from; at + START.length <= length; at++) {
      if (Arrays.equals(line, at, at + START.length, START, 0, START.length)) {
        return at;
      }
    }
    return -1;
  }

  /** The hash that a line should name. */
  static String trueHash(byte[] line, int length) {
    return sha256(line, length - TAIL);
  }

  private static String sha256(byte[] bytes, int length) {
    MessageDigest digest = digest();
    digest.update(bytes, 0, length);
    return HexFormat.of().formatHex(digest.digest());
  }

  static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256, but this one does not.", e);
    }
  }

  /** The line's place: number, watermark, previous hash; read from its first and last fields. */
  record Head(long seq, long durable, String prev) {}

  static Head head(JsonNode tree) throws IOException {
    if (tree.path("v").asInt() != 1) {
      throw new IOException("it is of another version than 1");
    }
    JsonNode seq = tree.get("seq");
    JsonNode durable = tree.get("d");
    JsonNode prev = tree.get("prev");
    if (seq == null
        || durable == null
        || prev == null
        || !seq.canConvertToLong()
        || !durable.canConvertToLong()) {
      throw new IOException("it lacks seq, d or prev");
    }
    return new Head(seq.longValue(), durable.longValue(), prev.asText());
  }

  /**
   * Lines are ASCII; what is not becomes a character no record holds. They are read as text,
   * because Jackson's reader of bytes takes no lone surrogate in a name.
   */
  static JsonNode tree(byte[] line, int length) throws IOException {
    JsonNode tree = Json.read(new String(line, 0, length, StandardCharsets.US_ASCII));
    if (!tree.isObject()) {
      throw new IOException("it is not an object");
    }
    return tree;
  }

  static JournalEntry entry(Segments.Line line) throws IOException {
    JsonNode tree = line.tree();
    try {
      Head head = head(tree);
      AuditRecord record =
          new AuditRecord(
              need(tree, "run"),
              need(tree, "op"),
              need(tree, "guard"),
              AuditRecord.Phase.valueOf(need(tree, "phase")),
              need(tree, "mode"),
              need(tree, "actor"),
              need(tree, "action"),
              targets(tree),
              need(tree, "because"),
              optional(tree, "plan"),
              reasons(tree),
              optional(tree, "outcome"),
              optional(tree, "error"),
              optional(tree, "undo"));
      return new JournalEntry(
          head.seq(),
          head.durable(),
          Instant.parse(need(tree, "ts")),
          record,
          need(tree, "hash"),
          line.file(),
          line.number(),
          new String(line.bytes(), 0, line.length(), StandardCharsets.UTF_8));
    } catch (IllegalArgumentException | java.time.DateTimeException e) {
      throw new IOException("a field does not hold what records hold");
    }
  }

  private static List<Target> targets(JsonNode tree) throws IOException {
    List<Target> targets = new ArrayList<>();
    for (JsonNode one : tree.path("targets")) {
      Map<String, String> labels = new TreeMap<>();
      for (Map.Entry<String, JsonNode> label : one.path("labels").properties()) {
        labels.put(label.getKey(), label.getValue().asText());
      }
      targets.add(new Target(need(one, "kind"), need(one, "scope"), need(one, "id"), labels));
    }
    return targets;
  }

  private static List<Reason> reasons(JsonNode tree) throws IOException {
    List<Reason> reasons = new ArrayList<>();
    for (JsonNode one : tree.path("reasons")) {
      reasons.add(
          new Reason(
              need(one, "safeguard"),
              need(one, "code"),
              need(one, "message"),
              optional(one, "where"),
              one.path("pending").asBoolean()));
    }
    return reasons;
  }

  private static String need(JsonNode tree, String name) throws IOException {
    JsonNode value = tree.get(name);
    if (value == null || !value.isTextual()) {
      throw new IOException("it lacks '" + name + "'");
    }
    return value.textValue();
  }

  private static @Nullable String optional(JsonNode tree, String name) {
    JsonNode value = tree.get(name);
    return value == null || value.isNull() ? null : value.asText();
  }
}
