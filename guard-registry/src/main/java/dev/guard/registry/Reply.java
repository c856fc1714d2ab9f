package dev.guard.registry;

import com.fasterxml.jackson.databind.JsonNode;
import dev.guard.internal.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What a registry's reply says: its status and its own words, made into an {@link Answer}. */
final class Reply {
  private Reply() {}

  /** Turns an answer that is no success into what it says about existence. */
  static final String VERSION = "Docker-Distribution-Api-Version";

  static <T> Reading<T> failed(Wire.Exchange answer, String what) {
    List<String> codes = codes(answer);
    String detail = "The registry answered " + says(answer) + " for " + Shown.text(what) + ".";
    Answer says =
        switch (answer.status()) {
          case 404 -> {
            boolean own =
                codes.contains("MANIFEST_UNKNOWN")
                    || codes.contains("NAME_UNKNOWN")
                    || codes.contains("BLOB_UNKNOWN");
            yield own && !says(answer).contains("accept header") ? Answer.ABSENT : Answer.UNKNOWN;
          }
          case 400 ->
              codes.contains("NAME_INVALID")
                      || codes.contains("TAG_INVALID")
                      || codes.contains("MANIFEST_INVALID")
                  ? Answer.BAD_REFERENCE
                  : Answer.UNKNOWN;
          case 401, 403 -> Answer.DENIED;
          case 405 -> Answer.CAPABILITY_OFF;
          case 412 -> Answer.KEPT_BY_REGISTRY;
          case 429 -> Answer.RATE_LIMITED;
          default -> Answer.UNKNOWN;
        };
    return Reading.not(says, detail, warnings(answer));
  }

  /**
   * Whether a registry says it, and not a proxy in front of one: by its header, in its JSON, or in
   * the bare words of Go's router, with which Distribution answers for a route that it does not
   * have.
   */
  static boolean isOwn(Wire.Exchange answer) {
    boolean bare =
        answer.header("Content-Type").startsWith("text/plain")
            && new String(answer.body(), StandardCharsets.UTF_8)
                .strip()
                .equals("404 page not found");
    return answer.header(VERSION).startsWith("registry/2") || isJson(answer.body()) || bare;
  }

  private static boolean isJson(byte[] body) {
    try {
      return !Json.read(body).isMissingNode();
    } catch (IOException e) {
      return false; // a page of somebody else's
    }
  }

  static <T> Reading<T> denied(Denied e, String what) {
    return Reading.not(
        Answer.DENIED,
        "No access to "
            + Shown.text(what)
            + ": "
            + Shown.text(String.valueOf(e.getMessage()))
            + ".");
  }

  static <T> Reading<T> unreachable(IOException e, String what) {
    return Reading.not(
        Answer.UNKNOWN,
        "Could not read "
            + Shown.text(what)
            + ": "
            + Shown.text(String.valueOf(e.getMessage()))
            + ".");
  }

  static List<String> codes(Wire.Exchange answer) {
    List<String> codes = new ArrayList<>();
    for (JsonNode error : errors(answer)) {
      codes.add(error.path("code").asText(""));
    }
    return codes;
  }

  private static Iterable<JsonNode> errors(Wire.Exchange answer) {
    try {
      JsonNode errors = Json.read(answer.body()).path("errors");
      return errors.isArray() ? errors : List.of();
    } catch (IOException e) {
      return List.of(); // an error's body may be anything; then it has no codes
    }
  }

  /** An answer in a few words, for people. */
  static String says(Wire.Exchange answer) {
    StringBuilder text = new StringBuilder().append(answer.status());
    for (JsonNode error : errors(answer)) {
      text.append(' ').append(error.path("code").asText(""));
      text.append(' ').append(error.path("message").asText(""));
    }
    return Shown.text(text.toString().strip());
  }

  static List<String> warnings(Wire.Exchange answer) {
    List<String> warnings = new ArrayList<>();
    for (String warning : answer.headers("Warning")) {
      if (warning.startsWith("299") && warnings.size() < 10) {
        warnings.add(Shown.text(warning));
      }
    }
    return warnings;
  }
}
