package dev.guard.plan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.Digest;
import dev.guard.GuardConfigurationException;
import dev.guard.Intent;
import dev.guard.PlanRejectedException;
import dev.guard.Reason;
import dev.guard.Safeguard;
import dev.guard.StateException;
import dev.guard.Tripwire;
import dev.guard.Verdict;
import dev.guard.internal.Cause;
import dev.guard.internal.json.Json;
import dev.guard.state.StateDocument;
import dev.guard.state.StateDocument.Change;
import dev.guard.state.StateStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A plan goes only if people approved it: so many, each by name, none of them the planner, and each
 * of exactly this plan, by its digest.
 *
 * <pre>{@code
 * Guard guard = Guard.named("cleanup").approvals(Approvals.by(2)).state(store)...build();
 * guard.approve(plan, "ann", "looked at every line");
 * guard.approve(plan, "ben", "the tags are those of last year");
 * guard.apply(plan, effect);
 * }</pre>
 *
 * <p>An approval expires with its plan, or earlier. It is void with its plan when what protects
 * changed. A plan that was over its limit when it was made needs approval even where others need
 * none; with it, the bounds of one plan are lifted for it, and nothing else is: not a window, not a
 * limit of zero, not protection, not missing evidence. Names are what people say they are: whoever
 * may write the store can write any.
 *
 * <p>Single calls have no plan that could be approved, so a guard that needs approvals refuses
 * them. What cannot be read refuses, and not as pending. Immutable and thread-safe.
 */
public final class Approvals implements Safeguard {
  /** Code of the reason that too few people approved the plan. */
  public static final String NOT_APPROVED = "not-approved";

  /** Code of the reason that the approvals cannot be read. */
  public static final String UNREADABLE = "approvals-unreadable";

  private static final String NAME = "approvals";
  private static final String SCHEMA = "guard.approvals/1";
  private static final int MOST = 100;
  private static final Duration SKEW = Duration.ofMinutes(2);
  private static final Logger LOG = LoggerFactory.getLogger(Approvals.class);

  private final int needed;
  private final Supplier<? extends Collection<Approval>> more;
  private final String guard;
  private final @Nullable StateStore store;

  private Approvals(
      int needed,
      Supplier<? extends Collection<Approval>> more,
      String guard,
      @Nullable StateStore store) {
    this.needed = needed;
    this.more = more;
    this.guard = guard;
    this.store = store;
  }

  /**
   * So many people must approve each plan.
   *
   * @param people 1 to 100
   * @return the approvals
   * @throws GuardConfigurationException if it is not
   */
  public static Approvals by(int people) {
    if (people < 1 || people > MOST) {
      throw new GuardConfigurationException(
          "A plan is approved by 1 to "
              + MOST
              + " people, but was given "
              + people
              + ". Where none are needed, say onlyOverLimit().");
    }
    return new Approvals(people, List::of, "", null);
  }

  /**
   * Nobody needs to approve a plan within its limits; one person may approve a plan beyond them.
   *
   * @return the approvals
   */
  public static Approvals onlyOverLimit() {
    return new Approvals(0, List::of, "", null);
  }

  /**
   * These approvals with others from elsewhere besides, for example from a file that people edit.
   *
   * @param source what stands there now; asked before each act; an exception refuses every target
   * @return new approvals
   */
  public Approvals alsoFrom(Supplier<? extends Collection<Approval>> source) {
    return new Approvals(needed, Objects.requireNonNull(source, "source"), guard, store);
  }

  /**
   * These approvals as those of one guard. Called when a guard is built.
   *
   * @param owner the guard's name
   * @param where where they are kept
   * @return the same, bound
   * @throws GuardConfigurationException if there is no store
   */
  public Approvals bind(String owner, @Nullable StateStore where) {
    if (where == null) {
      throw new GuardConfigurationException(
          "Guard '"
              + owner
              + "' takes approvals but has no store, and memory forgets. Give it one with state(...).");
    }
    return new Approvals(needed, more, owner, where);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Verdict review(Intent intent) {
    return judge(0, needed);
  }

  /**
   * The same safeguard while one plan is applied.
   *
   * @param plan the plan
   * @param kept whether the plan stays valid beyond its expiry, because it is being rolled out;
   *     then an approval that held until the expiry goes on holding
   * @return a safeguard of the same name
   */
  public Safeguard of(Plan plan, BooleanSupplier kept) {
    return new OfPlan(plan, kept);
  }

  /**
   * Whether a plan that was over its limit when it was made is approved nevertheless.
   *
   * @param plan the plan
   * @param kept whether the plan stays valid beyond its expiry, because it is being rolled out
   * @return true if it was over its limit, and as many approved it as any plan needs, at least one
   * @throws StateException if that cannot be read
   */
  public boolean overLimit(Plan plan, BooleanSupplier kept) {
    return isOver(plan) && valid(plan, kept).size() >= Math.max(1, needed);
  }

  /**
   * Whether a plan was over its limit when it was made.
   *
   * @param plan the plan
   * @return true if only an approval of exactly this plan could let it go
   */
  public static boolean isOver(Plan plan) {
    return plan.verdict().reasons().stream()
        .anyMatch(reason -> reason.code().equals(Reason.OVER_LIMIT));
  }

  /**
   * Keeps an approval; it expires with the plan. The caller puts it on the record first.
   *
   * @param plan the plan
   * @param who who approves; not the planner
   * @param why why; not blank
   * @return the approval
   * @throws PlanRejectedException if the planner approves, or the plan is expired
   * @throws StateException if it could not be kept
   */
  public Approval approve(Plan plan, String who, String why) {
    Approval approval = approval(plan, who, why);
    document(plan.digest())
        .change(
            found -> {
              List<Approval> all = new ArrayList<>(found.orElse(List.of()));
              all.removeIf(one -> Approval.person(one.who()).equals(Approval.person(who)));
              if (all.size() >= MOST) {
                throw new StateException("This plan has " + MOST + " approvals already.");
              }
              all.add(approval);
              return Change.to(List.copyOf(all), true);
            });
    return approval;
  }

  /**
   * What {@link #approve} would keep, checked.
   *
   * @param plan the plan
   * @param who who approves; not the planner
   * @param why why; not blank
   * @return the approval, not kept
   * @throws PlanRejectedException if the planner approves, or the plan is expired
   */
  public Approval approval(Plan plan, String who, String why) {
    Instant now = store().now();
    if (Approval.person(plan.header().planner()).equals(Approval.person(who))) {
      throw new PlanRejectedException(
          "'"
              + who
              + "' made this plan, and nobody approves a plan of their own. Ask somebody else.");
    }
    if (!now.isBefore(plan.header().expires())) {
      throw new PlanRejectedException(
          "The plan expired at " + plan.header().expires() + ". Make a new plan.");
    }
    return new Approval(plan.digest(), who, why, now, plan.header().expires());
  }

  /**
   * The approvals of a plan that count now.
   *
   * @param plan the plan
   * @return one for each person
   * @throws StateException if they cannot be read
   */
  public List<Approval> valid(Plan plan) {
    return valid(plan, () -> false);
  }

  /**
   * The approvals of all plans of this guard that are not over yet, for people to look at. Only
   * {@link #valid(Plan)} says which of them count: it knows the plan, its planner and its expiry.
   *
   * @return one for each plan and person, by plan
   * @throws StateException if they cannot be read
   */
  public List<Approval> standing() {
    Map<String, Approval> all = new TreeMap<>();
    Instant now = store().now();
    for (String key : store().keys("guard/approvals/")) {
      for (Approval one : StateDocument.in(store(), key, new Form(null)).read().orElse(List.of())) {
        if (key.equals(key(one.plan()))) { // else it is another guard's
          stand(all, one, now);
        }
      }
    }
    more.get().forEach(one -> stand(all, one, now));
    return List.copyOf(all.values());
  }

  private static void stand(Map<String, Approval> all, Approval one, Instant now) {
    if (now.isBefore(one.expires())) {
      all.putIfAbsent(one.plan().text() + "\n" + Approval.person(one.who()), one);
    }
  }

  private List<Approval> valid(Plan plan, BooleanSupplier kept) {
    List<Approval> all = new ArrayList<>(document(plan.digest()).read().orElse(List.of()));
    Instant now = store().now();
    Instant expires = plan.header().expires();
    boolean late = !now.isBefore(expires) && kept.getAsBoolean();
    all.addAll(more.get());
    return counting(plan, all, late ? expires.minusNanos(1) : now, now);
  }

  /** The one decision about which approvals count. */
  private static List<Approval> counting(
      Plan plan, List<Approval> all, Instant judged, Instant now) {
    String planner = Approval.person(plan.header().planner());
    Map<String, Approval> byPerson = new LinkedHashMap<>();
    for (Approval one : all) {
      String person = Approval.person(one.who());
      boolean counts =
          one.plan().equals(plan.digest())
              && !person.equals(planner)
              && judged.isBefore(one.expires())
              && judged.isBefore(plan.header().expires())
              && !one.at().isAfter(now.plus(SKEW));
      if (counts) {
        byPerson.putIfAbsent(person, one);
      }
    }
    return List.copyOf(byPerson.values());
  }

  /** The one decision about how many are needed. */
  private static Verdict judge(int given, int needed) {
    return given >= needed
        ? Verdict.allow()
        : Verdict.refuse(
            Reason.pending(
                NAME,
                NOT_APPROVED,
                "This plan needs the approval of "
                    + needed
                    + (needed == 1 ? " person" : " people")
                    + " other than its planner, and has "
                    + given
                    + "."));
  }

  private StateStore store() {
    if (store == null) {
      throw new StateException(
          "These approvals are no guard's. Give them to one with approvals(...).");
    }
    return store;
  }

  private StateDocument<List<Approval>> document(Digest plan) {
    return StateDocument.in(store(), key(plan), new Form(plan));
  }

  private String key(Digest plan) {
    return StateStore.key("approvals", guard + "\n" + plan.text());
  }

  @Override
  public List<Tripwire> tripwires() {
    return List.of(
        new Tripwire(
            "what nobody approved is refused",
            () ->
                judge(Math.max(1, needed) - 1, Math.max(1, needed)).level()
                    == Verdict.Level.REFUSE));
  }

  @Override
  public String toString() {
    return needed == 0 ? "approval of plans over their limit" : "approval by " + needed;
  }

  private final class OfPlan implements Safeguard {
    private final Plan plan;
    private final BooleanSupplier kept;

    private OfPlan(Plan plan, BooleanSupplier kept) {
      this.plan = plan;
      this.kept = kept;
    }

    @Override
    public String name() {
      return NAME;
    }

    @Override
    public Verdict review(Intent intent) {
      if (needed == 0) {
        return Verdict.allow();
      }
      try {
        return judge(valid(plan, kept).size(), needed);
      } catch (RuntimeException fault) { // whatever it is, what nobody can read is no approval
        String why =
            fault instanceof StateException ? String.valueOf(fault.getMessage()) : Cause.of(fault);
        LOG.warn("The approvals could not be read: {}", why);
        LOG.debug("This is where.", fault);
        return Verdict.refuse(
            Reason.of(
                NAME,
                UNREADABLE,
                "Who approved this plan could not be read ("
                    + why
                    + "), so nothing of it goes. Look into the state store."));
      }
    }

    @Override
    public List<Tripwire> tripwires() {
      return Approvals.this.tripwires();
    }
  }

  private static final class Form implements StateDocument.Form<List<Approval>> {
    private final @Nullable Digest plan;

    private Form(@Nullable Digest plan) {
      this.plan = plan;
    }

    @Override
    public List<Approval> read(byte[] bytes) {
      try {
        JsonNode json = Json.read(bytes);
        if (!SCHEMA.equals(json.path("schema").asText())
            || (plan != null && !plan.text().equals(json.path("plan").asText()))
            || !json.path("approvals").isArray()) {
          throw new IOException("another schema or another plan");
        }
        Digest whose = new Digest(json.path("plan").asText(""));
        List<Approval> all = new ArrayList<>();
        for (JsonNode one : json.path("approvals")) {
          all.add(
              new Approval(
                  whose,
                  one.path("who").asText(""),
                  one.path("why").asText(""),
                  Instant.parse(one.path("at").asText("")),
                  Instant.parse(one.path("expires").asText(""))));
        }
        return List.copyOf(all);
      } catch (IOException | DateTimeException | IllegalArgumentException fault) {
        throw new StateException(
            "The approvals of "
                + (plan == null ? "a plan" : "plan " + plan)
                + " are not readable. Look into the state store.",
            fault);
      }
    }

    @Override
    public byte[] write(List<Approval> approvals) {
      ObjectNode json = Json.object();
      json.put("schema", SCHEMA);
      json.put("plan", Objects.requireNonNull(plan).text());
      ArrayNode all = json.putArray("approvals");
      for (Approval one : approvals) {
        all.addObject()
            .put("who", one.who())
            .put("why", one.why())
            .put("at", one.at().toString())
            .put("expires", one.expires().toString());
      }
      return Json.line(json).getBytes(StandardCharsets.UTF_8);
    }
  }
}
