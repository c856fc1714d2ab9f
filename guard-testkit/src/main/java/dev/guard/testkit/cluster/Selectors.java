package dev.guard.testkit.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.function.Predicate;

/** Label and field selectors, as far as Guard asks them; any other is a bad request. */
final class Selectors {
  private Selectors() {}

  static Predicate<JsonNode> labels(String selector) {
    Predicate<JsonNode> all = object -> true;
    for (String term : selector.split(",", -1)) {
      if (term.isBlank()) {
        continue;
      }
      String[] sides = term.split("!=|==|=", 2);
      if (sides.length == 1) {
        if (!term.matches("[A-Za-z0-9._/-]+")) {
          throw new IllegalArgumentException("unable to parse requirement: " + term);
        }
        all = all.and(object -> object.path("metadata").path("labels").has(term));
        continue;
      }
      boolean not = term.contains("!=");
      all =
          all.and(
              object ->
                  object
                          .path("metadata")
                          .path("labels")
                          .path(sides[0].strip())
                          .asText("")
                          .equals(sides[1].strip())
                      != not);
    }
    return all;
  }

  static Predicate<JsonNode> fields(String selector) {
    Predicate<JsonNode> all = object -> true;
    for (String term : selector.split(",", -1)) {
      if (term.isBlank()) {
        continue;
      }
      String[] sides = term.split("!=|==|=", 2);
      if (sides.length == 1
          || !List.of("metadata.name", "metadata.namespace", "spec.nodeName", "status.phase")
              .contains(sides[0])) {
        throw new IllegalArgumentException("field label not supported: " + sides[0]);
      }
      boolean not = term.contains("!=");
      String pointer = "/" + sides[0].replace('.', '/');
      all = all.and(object -> object.at(pointer).asText("").equals(sides[1]) != not);
    }
    return all;
  }
}
