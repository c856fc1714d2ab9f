package dev.guard.k8s;

import com.fasterxml.jackson.databind.JsonNode;
import dev.guard.Digest;
import dev.guard.evidence.ReferenceSnapshot;
import dev.guard.internal.Cause;
import dev.guard.time.Time;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One reading of one cluster. */
final class ClusterReading {
  private static final int PAGE = 500;
  private static final int MAX_PAGES = 20_000;
  private static final int MAX_RESTARTS = 3;
  private static final int MAX_PROBLEMS = 20;

  private final String cluster;
  private final ClusterApi api;
  private final Time time;
  private final Duration budget;
  private final @Nullable String expectedUid;

  private final Places places;
  private final List<String> gaps = new ArrayList<>();
  private final long started;

  ClusterReading(
      String cluster, ClusterApi api, Time time, Duration budget, @Nullable String expectedUid) {
    this.cluster = cluster;
    this.api = api;
    this.time = time;
    this.budget = budget;
    this.expectedUid = expectedUid;
    this.places = new Places(cluster);
    this.started = time.nanos();
  }

  /** Reads everything. Whatever the cluster does becomes a gap, never an exception. */
  ReferenceSnapshot read() {
    Instant began = time.now();
    try {
      all();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      gap("the reading was interrupted");
    } catch (RuntimeException | StackOverflowError e) {
      gap("could not be read: " + Cause.of(e));
    }
    if (places.full()) {
      gap("holds more image texts than can be kept");
    }
    return gaps.isEmpty()
        ? new ReferenceSnapshot.Complete(cluster, began, places.references())
        : new ReferenceSnapshot.Incomplete(cluster, began, places.references(), gaps);
  }

  private void all() throws InterruptedException {
    if (!reachable()) {
      return;
    }
    identity();
    ListedKind[] kinds = ListedKind.values();
    // Pods first and again last: there is no snapshot over kinds, and what moves from a kind that
    // is still to be read
    // into a pod, or out of a pod while we read, is seen by one of the two.
    for (int i = 0; i <= kinds.length; i++) {
      ListedKind kind = kinds[i % kinds.length];
      try {
        list(kind, i == kinds.length);
      } catch (Unreadable e) {
        gap(e.why());
        if (e.scope() == Unreadable.Scope.CLUSTER) {
          if (i < kinds.length) {
            gap("nothing was read after " + kind.qualified());
          }
          return;
        }
      }
    }
  }

  /**
   * Whether it makes sense to go on. A server that keeps its version to itself is asked for the
   * lists.
   */
  private boolean reachable() throws InterruptedException {
    String act = "reach the cluster";
    try (Answer answer = api.get("/version", act)) {
      int status = answer.status();
      if (status != 403 && status != 404) {
        api.requireOk(answer, act, "get on /version");
      }
      return true;
    } catch (Unreadable e) {
      gap(e.why());
      return false;
    } catch (IOException e) {
      gap("cannot " + act + ": " + ClusterApi.words(e));
      return false;
    }
  }

  private void identity() throws InterruptedException {
    String expected = expectedUid;
    if (expected == null) {
      return;
    }
    try {
      JsonNode namespace =
          api.document(
              "/api/v1/namespaces/kube-system",
              "namespace kube-system, which tells clusters apart",
              "get on namespaces");
      String uid =
          namespace == null ? "" : Plain.text(namespace.path("metadata").path("uid").asText());
      if (uid.isEmpty()) {
        gap(
            "does not say the uid of namespace kube-system, so it cannot be told which cluster this is");
      } else if (!uid.equals(expected)) {
        gap(
            "is another cluster than the configured one: namespace kube-system has uid "
                + uid
                + ", configured is "
                + expected);
      }
    } catch (Unreadable e) {
      gap(e.why());
    }
  }

  private void list(ListedKind kind, boolean again) throws Unreadable, InterruptedException {
    for (int restarts = 0; ; restarts++) {
      try {
        pages(kind, again);
        return;
      } catch (Unreadable e) {
        if (e.scope() != Unreadable.Scope.EXPIRED) {
          throw e;
        }
        if (restarts == MAX_RESTARTS) {
          throw new Unreadable(
              Unreadable.Scope.LIST,
              "cannot list "
                  + kind.qualified()
                  + ": the server lost its snapshot (410) each time, also after "
                  + MAX_RESTARTS
                  + " fresh starts",
              e);
        }
      }
    }
  }

  private void pages(ListedKind kind, boolean again) throws Unreadable, InterruptedException {
    Problems problems = new Problems(kind, again);
    try {
      String token = "";
      String version = "";
      Set<Digest> tokens = new HashSet<>();
      for (int page = 1; ; page++) {
        if (time.nanos() - started > budget.toNanos()) {
          throw new Unreadable(
              Unreadable.Scope.CLUSTER,
              "cannot list "
                  + kind.qualified()
                  + ": reading the cluster took longer than "
                  + budget.toSeconds()
                  + " s");
        }
        if (page > MAX_PAGES) {
          throw onPage(kind, page, "the list does not end");
        }
        ListPage.End end = page(kind, page, token, problems);
        if (!version.isEmpty()
            && !end.resourceVersion().isEmpty()
            && !version.equals(end.resourceVersion())) {
          throw new Unreadable(Unreadable.Scope.EXPIRED, "the pages are not of one snapshot");
        }
        version = end.resourceVersion();
        token = end.continueToken();
        if (token.isEmpty()) {
          return;
        }
        if (!tokens.add(Digest.of(token))) {
          throw onPage(kind, page, "the list leads back to a page that was read already");
        }
      }
    } finally {
      problems.report();
    }
  }

  private ListPage.End page(ListedKind kind, int number, String token, ListedObject.Sink sink)
      throws Unreadable, InterruptedException {
    String path =
        kind.path()
            + "?limit="
            + PAGE
            + (token.isEmpty()
                ? ""
                : "&continue=" + URLEncoder.encode(token, StandardCharsets.UTF_8));
    String act = list(kind, number);
    try (Answer answer = api.get(path, act)) {
      api.requireOk(answer, act, kind.missingRule());
      return ListPage.read(answer.body(), kind, sink);
    } catch (OddAnswer e) {
      throw new Unreadable(Unreadable.Scope.LIST, "cannot " + act + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new Unreadable(Unreadable.Scope.LIST, "cannot " + act + ": " + ClusterApi.words(e), e);
    }
  }

  private static String list(ListedKind kind, int page) {
    return "list " + kind.qualified() + (page == 1 ? "" : ", page " + page);
  }

  private static Unreadable onPage(ListedKind kind, int page, String why) {
    return new Unreadable(Unreadable.Scope.LIST, "cannot " + list(kind, page) + ": " + why);
  }

  private void gap(String sentence) {
    String whole = cluster + ": " + sentence;
    if (!gaps.contains(whole)) {
      gaps.add(whole);
    }
  }

  /** Keeps what is found, and the first problems of a list in words. */
  private final class Problems implements ListedObject.Sink {
    private final ListedKind kind;
    private final boolean again;
    private int count;

    Problems(ListedKind kind, boolean again) {
      this.kind = kind;
      this.again = again;
    }

    @Override
    public void object(String object, String note, List<Found> found) {
      for (Found one : found) {
        places.add(kind, again, object, note, one);
      }
    }

    @Override
    public void problem(String sentence) {
      if (++count <= MAX_PROBLEMS) {
        gap(sentence);
      }
    }

    void report() {
      if (count > MAX_PROBLEMS) {
        gap(
            kind.qualified()
                + " hold "
                + (count - MAX_PROBLEMS)
                + " more that cannot be understood");
      }
    }
  }
}
