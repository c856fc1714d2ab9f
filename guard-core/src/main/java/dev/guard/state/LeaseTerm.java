package dev.guard.state;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.StateException;
import dev.guard.internal.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * Who may run, and until when unless renewed.
 *
 * @param epoch one more for each owner
 * @param holder this owner and no other, also if it starts anew
 * @param owner who, for people
 * @param purpose what for, for people
 * @param since since when, by the store's clock or the owner's
 * @param renewed when last renewed
 * @param renewals how often
 * @param length how long a term is
 * @param released whether it was given back
 */
record LeaseTerm(
    long epoch,
    String holder,
    String owner,
    String purpose,
    Instant since,
    Instant renewed,
    long renewals,
    Duration length,
    boolean released) {
  /** Its document. */
  static final StateDocument.Form<LeaseTerm> FORM =
      new StateDocument.Form<>() {
        @Override
        public LeaseTerm read(byte[] json) {
          return LeaseTerm.parse(json);
        }

        @Override
        public byte[] write(LeaseTerm term) {
          return term.json();
        }
      };

  private static final int LONGEST = 500;
  private static final String SCHEMA = "guard.run-lease/1";

  LeaseTerm {
    if (epoch < 1
        || renewals < 0
        || holder.isBlank()
        || length.compareTo(Duration.ofSeconds(1)) < 0) {
      throw new IllegalArgumentException("This is no term of a lease.");
    }
  }

  static LeaseTerm next(
      long epoch, String holder, String owner, String purpose, Instant now, Duration length) {
    return new LeaseTerm(epoch, holder, cut(owner), cut(purpose), now, now, 0, length, false);
  }

  private static String cut(String text) {
    String clean = text.replaceAll("\\p{C}", " ");
    return clean.length() > LONGEST ? clean.substring(0, LONGEST) + "…" : clean;
  }

  Fence fence() {
    return new Fence(epoch, holder);
  }

  LeaseTerm renewed(Instant now) {
    return new LeaseTerm(epoch, holder, owner, purpose, since, now, renewals + 1, length, false);
  }

  LeaseTerm released(Instant now) {
    return new LeaseTerm(epoch, holder, owner, purpose, since, now, renewals + 1, length, true);
  }

  /** Nobody holds the next epoch, so that whoever held this one may write no more. */
  LeaseTerm broken(Instant now) {
    return new LeaseTerm(
        Math.addExact(epoch, 1), "nobody", owner, purpose, since, now, 0, length, true);
  }

  String shown(Instant now) {
    Duration idle = Duration.between(renewed, now).truncatedTo(ChronoUnit.SECONDS);
    return owner
        + ", "
        + purpose
        + ", since "
        + since.truncatedTo(ChronoUnit.SECONDS)
        + ", last heard of "
        + (idle.isNegative() ? 0 : idle.toSeconds())
        + " s ago, epoch "
        + epoch;
  }

  private byte[] json() {
    ObjectNode json = Json.object();
    json.put("schema", SCHEMA);
    json.put("epoch", Long.toString(epoch));
    json.put("holder", holder);
    json.put("owner", owner);
    json.put("purpose", purpose);
    json.put("since", since.toString());
    json.put("renewed", renewed.toString());
    json.put("renewals", Long.toString(renewals));
    json.put("length", length.toString());
    json.put("released", released);
    return Json.line(json).getBytes(StandardCharsets.UTF_8);
  }

  private static LeaseTerm parse(byte[] bytes) {
    try {
      JsonNode json = Json.read(bytes);
      if (!SCHEMA.equals(json.path("schema").asText()) || !json.path("released").isBoolean()) {
        throw new IOException("another schema");
      }
      return new LeaseTerm(
          Long.parseLong(json.path("epoch").asText()),
          json.path("holder").asText(),
          json.path("owner").asText(),
          json.path("purpose").asText(),
          Instant.parse(json.path("since").asText()),
          Instant.parse(json.path("renewed").asText()),
          Long.parseLong(json.path("renewals").asText()),
          Duration.parse(json.path("length").asText()),
          json.path("released").booleanValue());
    } catch (IOException | DateTimeException | IllegalArgumentException fault) {
      throw new StateException(
          "The document of the run lease is not readable. Look into the state store.", fault);
    }
  }
}
