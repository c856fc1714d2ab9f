package dev.guard.testkit.simulation;

import dev.guard.Digest;
import dev.guard.Guard;
import dev.guard.Intent;
import dev.guard.Reason;
import dev.guard.Safeguard;
import dev.guard.Target;
import dev.guard.Tripwire;
import dev.guard.Verdict;
import dev.guard.dryrun.DryRun;
import dev.guard.plan.Plan;
import dev.guard.plan.PlanItem;
import dev.guard.plan.Selection;
import dev.guard.soak.Soak;
import dev.guard.state.MemoryStateStore;
import dev.guard.testkit.ManualTime;
import dev.guard.testkit.RecordingSink;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Law 12, played: one seed lets a guard plan, announce, apply and be restarted while clocks pass,
 * jump and stand still, people are told in part, targets come into use and are missing from scans.
 * What goes is judged by the time that really passed, never by the guard's word.
 *
 * <pre>{@code
 * assertThat(SoakStory.play(567)).isEmpty();
 * }</pre>
 *
 * <p>Confined to one thread.
 */
public final class SoakStory extends Story {
  private static final Duration LENGTH = Duration.ofDays(7);
  private static final Duration CAP = Duration.ofHours(25);
  private static final String ACTION = "thing.delete";
  static final int STEPS = 60;

  private RandomGenerator random;
  private final ManualTime time = ManualTime.at(Instant.parse("2026-03-02T10:00:00Z"));
  private final MemoryStateStore store = MemoryStateStore.create(time);
  private final RecordingSink sink = new RecordingSink();
  private final List<Target> things = neighbours();
  private final Set<Target> used = new HashSet<>();
  private final Map<Target, Waiting> waiting = new HashMap<>();
  private final Set<Target> objected = new HashSet<>();
  private Duration passed = Duration.ZERO;
  private Duration sinceLook = Duration.ZERO;
  private boolean odd;
  private int jumps;
  private Duration owed = Duration.ZERO;
  private Guard guard;

  /**
   * What really happened since people were told: at least, at most, and how often clocks jumped.
   */
  private static final class Waiting {
    private final Duration from;
    private final int jumps;
    private Duration watched = Duration.ZERO;

    Waiting(Duration from, int jumps) {
      this.from = from;
      this.jumps = jumps;
    }
  }

  SoakStory(RandomGenerator dice) {
    this.random = dice;
    this.guard = started();
  }

  /**
   * Plays one seed.
   *
   * @param seed any number
   * @return what broke law 12, in order; empty if nothing did
   */
  public static List<String> play(long seed) {
    return Told.of(Kind.SOAK, seed).play().violations();
  }

  /** Four targets whose marks stand in one document. */
  private static List<Target> neighbours() {
    List<Target> found = new ArrayList<>();
    for (int i = 0; found.size() < 4; i++) {
      Target one = Target.of("thing", "here", "t" + i);
      if (Digest.of(one.identity()).hex().startsWith("0")
          && Digest.of(one.identity()).hex().charAt(1) < '4') {
        found.add(one);
      }
    }
    return found;
  }

  private Guard started() {
    Target bait = Target.of("thing", "here", "bait");
    Set<Target> baits = Set.of(bait);
    return Guard.named("soak-story")
        .dryRun(DryRun.off())
        .unlimited("a made-up world")
        .safeguard(new Users(used, baits))
        .soak(Soak.of(LENGTH))
        .audit(sink)
        .state(store)
        .time(time)
        .planLife(Duration.ofDays(365))
        .build();
  }

  /** Who needs a target, says so. */
  private static final class Users implements Safeguard {
    private final Set<Target> used;
    private final Set<Target> baits;

    Users(Set<Target> used, Set<Target> baits) {
      this.used = used;
      this.baits = baits;
    }

    @Override
    public String name() {
      return "users";
    }

    @Override
    public Verdict review(Intent intent) {
      return judge(intent, used);
    }

    private static Verdict judge(Intent intent, Set<Target> needed) {
      return intent.targets().stream().anyMatch(needed::contains)
          ? Verdict.refuse(Reason.of("users", Reason.IN_USE, "Somebody needs it."))
          : Verdict.allow();
    }

    @Override
    public List<Tripwire> tripwires() {
      Intent probe = Intent.of(ACTION, baits).because("a tripwire");
      return List.of(Tripwire.of(() -> !judge(probe, baits).allowed()));
    }
  }

  @Override
  void step(RandomGenerator dice) {
    random = dice;
    switch (random.nextInt(12)) {
      case 0, 1, 2, 3, 4 -> pass(Duration.ofMinutes(random.nextInt(26 * 60) + 1L));
      case 5 -> jump();
      case 6 -> suspend(Duration.ofMinutes(random.nextInt(40 * 60) + 1L));
      case 7 -> {
        guard = started();
        crashed();
      }
      case 8 -> use();
      case 9 -> object();
      default -> pass(Duration.ofHours(24));
    }
    if (random.nextInt(3) > 0) {
      look(random.nextInt(4));
    }
  }

  private void pass(Duration length) {
    tell("passes " + length);
    time.tick(length);
    passed = passed.plus(length);
    sinceLook = sinceLook.plus(length);
  }

  private void suspend(Duration length) {
    tell("suspended for " + length);
    time.suspend(length);
    passed = passed.plus(length);
    odd = true;
  }

  private void jump() {
    Duration by = Duration.ofHours(random.nextInt(24 * 60) - 24 * 20L);
    tell("wall clock set by " + by);
    time.jump(by);
    odd = true;
    jumps++;
    if (by.isNegative()) { // what was counted before does not count again
      owed = owed.plus(least(by.negated(), CAP));
    }
  }

  private void use() {
    Target one = things.get(random.nextInt(things.size()));
    if (!used.remove(one) && random.nextInt(2) == 0) {
      used.add(one);
    }
    tell((used.contains(one) ? "somebody needs " : "nobody needs ") + one.id());
  }

  private void object() {
    Target one = things.get(random.nextInt(things.size()));
    tell((objected.contains(one) ? "withdraws " : "objects to ") + one.id());
    if (objected.remove(one)) {
      guard.withdraw(one, "ann", "a story");
    } else {
      guard.object(one, "ann", "a story", null);
      objected.add(one);
    }
  }

  /** A look at what a scan found: everything, or a part of it. */
  private void look(int how) {
    List<Target> scanned = new ArrayList<>(things);
    if (how == 0) {
      scanned.remove(random.nextInt(scanned.size()));
    }
    tell("plans " + scanned.size());
    Plan plan = guard.plan(Selection.of(ACTION, scanned).because("a story"));
    looked(scanned);
    if (how < 3) {
      judge(plan);
    }
    if (how != 3) {
      announce(plan);
    }
  }

  /** What the guard could watch: the time between two looks, if no clock was odd meanwhile. */
  private void looked(List<Target> scanned) {
    Duration looked = odd ? Duration.ZERO : least(sinceLook, CAP);
    Duration paid = least(owed, looked);
    owed = owed.minus(paid);
    Duration watched = looked.minus(paid);
    waiting.values().forEach(one -> one.watched = one.watched.plus(watched));
    sinceLook = Duration.ZERO;
    odd = false;
    scanned.forEach(
        one -> {
          if (used.contains(one)) {
            waiting.remove(one);
          }
        });
  }

  private static Duration least(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private void judge(Plan plan) {
    for (PlanItem item : plan.items()) {
      Target target = item.target();
      Waiting since = waiting.get(target);
      if (item.verdict().allowed()) {
        allowed(target, since);
      } else if (since != null
          && since.watched.minusSeconds(STEPS).compareTo(LENGTH) >= 0
          && says(item, Soak.SOAKING)) {
        violation("LAW_12: " + target + " was watched " + since.watched + " and still soaks");
      }
    }
  }

  private void allowed(Target target, @Nullable Waiting since) {
    if (objected.contains(target)) {
      violation("LAW_12: " + target + " may go although somebody objects");
    } else if (since == null) {
      violation("LAW_12: " + target + " may go, and nobody was told");
    } else {
      Duration most = passed.minus(since.from).plus(CAP.multipliedBy(jumps - since.jumps));
      if (most.compareTo(LENGTH) < 0) {
        violation("LAW_12: " + target + " may go, and at most " + most + " can count");
      }
    }
  }

  private static boolean says(PlanItem item, String code) {
    return item.verdict().reasons().stream().anyMatch(reason -> reason.code().equals(code));
  }

  private void announce(Plan plan) {
    Set<Target> told = new LinkedHashSet<>();
    guard.announce(
        plan,
        items -> {
          items.forEach(
              item -> {
                if (random.nextInt(3) > 0) {
                  told.add(item.target());
                }
              });
          return told;
        });
    tell("proves delivery of " + told.stream().map(Target::id).sorted().toList());
    told.forEach(one -> waiting.putIfAbsent(one, new Waiting(passed, jumps)));
  }
}
