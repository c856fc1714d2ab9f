package dev.guard.rollout;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.Digest;
import dev.guard.StateException;
import dev.guard.internal.json.Json;
import dev.guard.rollout.RolloutStatus.State;
import dev.guard.rollout.RolloutStatus.Step;
import dev.guard.state.Fence;
import dev.guard.state.StateDocument;
import dev.guard.state.StateDocument.Change;
import dev.guard.state.StateStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The rollout of one guard and the plans that people aborted, in one document, so that an abort and
 * a promotion never both come true. An unreadable one throws. Thread-safe.
 */
final class RolloutBook {
  private static final String SCHEMA = "guard.rollout/1";
  private static final int MOST = 1000;
  private static final Duration REMEMBERED = Duration.ofDays(400);

  private final StateStore store;
  private final StateDocument<Page> document;
  private final Supplier<Optional<Fence>> fence;

  RolloutBook(StateStore store, String guard, Supplier<Optional<Fence>> fence) {
    this.store = store;
    this.document = StateDocument.in(store, StateStore.key("rollout", guard), new Form());
    this.fence = fence;
  }

  /** A plan of which nothing goes any more. */
  record Aborted(Digest plan, Instant at) {}

  /** What stands in the document. */
  record Page(@Nullable Course course, List<Aborted> aborted) {
    static final Page EMPTY = new Page(null, List.of());

    Page {
      aborted = List.copyOf(aborted);
    }

    boolean isAborted(Digest plan) {
      return (course != null && course.plan().equals(plan) && course.state() == State.ABORTED)
          || aborted.stream().anyMatch(one -> one.plan().equals(plan));
    }

    Optional<Course> of(Digest plan) {
      return Optional.ofNullable(course).filter(one -> one.plan().equals(plan));
    }

    Page with(Course next) {
      return new Page(next, aborted);
    }
  }

  Page read() {
    return document.read().orElse(Page.EMPTY);
  }

  /** Begins the rollout of a plan, unless it stands there, is aborted, or another is under way. */
  void begin(Digest plan, Digest policy, List<Step> steps) {
    ours().change(found -> begun(found.orElse(Page.EMPTY), plan, policy, steps, store.now()));
  }

  private static Change<Page, Boolean> begun(
      Page page, Digest plan, Digest policy, List<Step> steps, Instant now) {
    Course course = page.course();
    boolean stands = course != null && (course.active() || course.plan().equals(plan));
    if (stands || page.isAborted(plan)) {
      return Change.none(false);
    }
    List<Aborted> aborted = page.aborted();
    if (course != null && course.state() == State.ABORTED) {
      aborted = remembering(aborted, new Aborted(course.plan(), course.at()), now);
    }
    return Change.to(new Page(Course.begun(plan, policy, steps, now), aborted), true);
  }

  private static List<Aborted> remembering(List<Aborted> before, Aborted one, Instant now) {
    List<Aborted> all = new ArrayList<>(before);
    if (all.size() >= MOST) {
      all.removeIf(old -> old.at().plus(REMEMBERED).isBefore(now));
    }
    if (all.size() >= MOST) {
      throw new StateException(
          "This guard remembers "
              + MOST
              + " aborted plans, and no more. Begin none that must be aborted.");
    }
    all.removeIf(old -> old.plan().equals(one.plan()));
    all.add(one);
    return all;
  }

  /**
   * The engine's own move: only from the state that it saw. What a person did meanwhile stands.
   *
   * @return whether it moved
   */
  boolean move(Course seen, Function<Course, Course> next) {
    return ours()
        .change(
            found -> {
              Page page = found.orElse(Page.EMPTY);
              Course course = page.course();
              return course != null && course.is(seen)
                  ? Change.to(page.with(next.apply(course)), true)
                  : Change.none(false);
            });
  }

  /**
   * A person's move, from whatever stands there by then.
   *
   * @param next what becomes of it; the same if nothing
   * @return what stands there now, or null if there is no rollout
   */
  @Nullable Course change(Function<Course, Course> next) {
    Optional<Course> after =
        document.change(
            found -> {
              Page page = found.orElse(Page.EMPTY);
              Course course = page.course();
              if (course == null) {
                return Change.none(Optional.empty());
              }
              Course then = next.apply(course);
              return then.equals(course)
                  ? Change.none(Optional.of(course))
                  : Change.to(page.with(then), Optional.of(then));
            });
    return after.orElse(null);
  }

  /**
   * Aborts the rollout of a plan, or forbids that it ever begins: one write, so that it cannot
   * begin in between.
   *
   * @param plan the plan, or null for whatever stands there
   * @return what was aborted, or empty if nothing stands there
   */
  Optional<Digest> abort(@Nullable Digest plan, String who, String why) {
    return document.change(
        found -> {
          Page page = found.orElse(Page.EMPTY);
          Course course = page.course();
          Instant now = store.now();
          if (course == null && plan == null) {
            return Change.none(Optional.empty());
          }
          if (course != null && (plan == null || course.plan().equals(plan))) {
            return course.state() == State.ABORTED
                ? Change.none(Optional.of(course.plan()))
                : Change.to(page.with(course.aborted(who, why, now)), Optional.of(course.plan()));
          }
          return page.isAborted(Objects.requireNonNull(plan))
              ? Change.none(Optional.of(plan))
              : Change.to(
                  new Page(course, remembering(page.aborted(), new Aborted(plan, now), now)),
                  Optional.of(plan));
        });
  }

  private StateDocument<Page> ours() {
    return fence.get().map(document::fencedBy).orElse(document);
  }

  private static final class Form implements StateDocument.Form<Page> {
    @Override
    public Page read(byte[] bytes) {
      try {
        JsonNode json = Json.read(bytes);
        if (!SCHEMA.equals(json.path("schema").asText()) || !json.path("aborted").isArray()) {
          throw new IOException("another schema");
        }
        List<Aborted> aborted = new ArrayList<>();
        for (JsonNode one : json.path("aborted")) {
          aborted.add(new Aborted(digest(one.path("plan")), instant(one.path("at"))));
        }
        return new Page(json.has("rollout") ? course(json.path("rollout")) : null, aborted);
      } catch (IOException | DateTimeException | IllegalArgumentException fault) {
        throw new StateException("The rollout is not readable. Look into the state store.", fault);
      }
    }

    private static Course course(JsonNode json) throws IOException {
      List<Step> steps = new ArrayList<>();
      for (JsonNode one : json.path("steps")) {
        steps.add(new Step(one.path("name").asText(""), Json.natural(one.path("targets"))));
      }
      long step = Json.natural(json.path("step"));
      if (step >= steps.size() || !json.path("baking").isBoolean()) {
        throw new IOException("a step that is none");
      }
      return new Course(
          digest(json.path("plan")),
          digest(json.path("policy")),
          steps,
          State.valueOf(json.path("state").asText("")),
          (int) step,
          json.path("baking").asBoolean(),
          Json.natural(json.path("since")),
          json.has("asked") ? Json.natural(json.path("asked")) : -1,
          Json.natural(json.path("turn")),
          json.path("who").asText(""),
          json.path("why").asText(""),
          instant(json.path("at")));
    }

    private static Digest digest(JsonNode node) {
      return new Digest(node.asText(""));
    }

    private static Instant instant(JsonNode node) {
      return Instant.parse(node.asText(""));
    }

    @Override
    public byte[] write(Page page) {
      ObjectNode json = Json.object();
      json.put("schema", SCHEMA);
      Course course = page.course();
      if (course != null) {
        write(course, json.putObject("rollout"));
      }
      ArrayNode aborted = json.putArray("aborted");
      for (Aborted one : page.aborted()) {
        aborted.addObject().put("plan", one.plan().text()).put("at", one.at().toString());
      }
      return Json.line(json).getBytes(StandardCharsets.UTF_8);
    }

    private static void write(Course course, ObjectNode json) {
      json.put("plan", course.plan().text());
      json.put("policy", course.policy().text());
      json.put("state", course.state().name());
      json.put("step", course.step());
      json.put("baking", course.baking());
      json.put("since", course.since());
      if (course.asked() >= 0) {
        json.put("asked", course.asked());
      }
      json.put("turn", course.turn());
      json.put("who", course.who());
      json.put("why", course.why());
      json.put("at", course.at().toString());
      ArrayNode steps = json.putArray("steps");
      for (Step step : course.steps()) {
        steps.addObject().put("name", step.name()).put("targets", step.targets());
      }
    }
  }
}
