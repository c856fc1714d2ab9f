package dev.guard.registry;

import com.fasterxml.jackson.databind.JsonNode;
import dev.guard.internal.json.Json;
import dev.guard.registry.reference.ImageReference;
import dev.guard.time.Time;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which repositories and tags there are, and whether we have proven that we may see a repository:
 * only then is "not there" believed. Thread-safe.
 */
final class Listing {
  private static final Duration CATALOG_PROOF = Duration.ofMinutes(1);

  private final Requests requests;
  private final Time time;
  private final Set<String> proven = ConcurrentHashMap.newKeySet();
  private volatile @Nullable CatalogProof catalogProof;

  private record CatalogProof(Set<String> repositories, long readAt) {}

  Listing(Requests requests, Time time) {
    this.requests = requests;
    this.time = time;
  }

  Reading<List<String>> catalog() {
    Question question =
        Question.list(requests.root().resolve("_catalog?n=100"), "", "registry:catalog:*");
    Reading<List<String>> names =
        names(question, "repositories", "the catalog", ImageReference::isRepositoryPath);
    if (names.isPresent()) {
      catalogProof = new CatalogProof(Set.copyOf(names.get()), time.nanos());
    }
    return names;
  }

  Reading<List<String>> tags(String repository) {
    Question question =
        Question.list(
            requests.uri(repository, "/tags/list"), repository, Requests.pull(repository));
    Reading<List<String>> tags =
        names(question, "tags", "the tags of " + repository, ImageReference::isTag);
    if (tags.isPresent()) {
      proven.add(repository);
    } else if (tags.answer() == Answer.ABSENT && !catalogLacks(repository)) {
      return unproven(tags, repository);
    }
    return tags;
  }

  private Reading<List<String>> names(
      Question question, String field, String what, Predicate<String> isName) {
    return Pages.all(
        requests,
        question,
        what,
        new TreeSet<>(),
        (answer, number) -> {
          if (answer.status() == 200) {
            return page(answer, field, what, isName);
          }
          Reading<List<String>> failed = Reply.failed(answer, what);
          return failed.answer() == Answer.ABSENT && (number > 1 || question.repository().isEmpty())
              ? Reading.not(Answer.UNKNOWN, failed.detail(), failed.warnings())
              : failed;
        });
  }

  private static Reading<List<String>> page(
      Wire.Exchange answer, String field, String what, Predicate<String> isName)
      throws IOException {
    JsonNode list = Json.read(answer.body()).path(field);
    if (!list.isArray() && !list.isNull()) {
      return Reading.not(Answer.UNKNOWN, "The answer for " + what + " holds no list.");
    }
    List<String> names = new ArrayList<>();
    for (JsonNode one : list) {
      String name = one.isTextual() ? one.textValue() : "";
      if (!isName.test(name)) {
        return Reading.not(
            Answer.UNKNOWN, "The answer for " + what + " holds a name that is none.");
      }
      names.add(name);
    }
    return Reading.present(names, Reply.warnings(answer));
  }

  /** We have read something of a repository, so we may see it. */
  void saw(String repository) {
    proven.add(repository);
  }

  /** A 404 in the registry's own words counts only where we have seen that we may look. */
  <T> Reading<T> existence(Reading<T> reading, String repository) {
    if (reading.answer() != Answer.ABSENT || proven.contains(repository)) {
      return reading;
    }
    Reading<List<String>> tags = tags(repository);
    return tags.isPresent() || tags.answer() == Answer.ABSENT
        ? reading
        : unproven(reading, repository);
  }

  private static <T> Reading<T> unproven(Reading<T> reading, String repository) {
    return Reading.not(
        Answer.UNKNOWN,
        reading.detail() + " Whether we may see " + repository + " at all is not proven.",
        reading.warnings());
  }

  /** Whether the whole catalog, readable to us, does not name a repository. */
  private boolean catalogLacks(String repository) {
    CatalogProof proof = catalogProof;
    if (proof == null || time.nanos() - proof.readAt() > CATALOG_PROOF.toNanos()) {
      catalog();
      proof = catalogProof;
    }
    return proof != null
        && time.nanos() - proof.readAt() <= CATALOG_PROOF.toNanos()
        && !proof.repositories().contains(repository);
  }
}
