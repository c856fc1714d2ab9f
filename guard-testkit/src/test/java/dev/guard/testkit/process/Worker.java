package dev.guard.testkit.process;

import dev.guard.Effect;
import dev.guard.Guard;
import dev.guard.GuardBuilder;
import dev.guard.GuardListener;
import dev.guard.Intent;
import dev.guard.Outcome;
import dev.guard.Target;
import dev.guard.audit.JournalSink;
import dev.guard.audit.Reconciler.Finding;
import dev.guard.blastradius.BlastRadiusLimit;
import dev.guard.dryrun.DryRun;
import dev.guard.plan.PermittedItem;
import dev.guard.plan.Plan;
import dev.guard.plan.PlanEffect;
import dev.guard.plan.Report;
import dev.guard.plan.Report.Fate;
import dev.guard.plan.Selection;
import dev.guard.state.FileStateStore;
import dev.guard.state.PostgresStore;
import dev.guard.state.StateStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * What a child process does. The world is a file a target; an act appends a line to it, so that an
 * act that happened twice is seen.
 */
public final class Worker {
  /** The name of every child's guard. */
  static final String GUARD = "worker";

  static final String ACTION = "file.touch";
  static final Duration DAY = Duration.ofDays(1);

  private static final class TimedOut extends Exception implements Effect.OutcomeUnknown {
    private static final long serialVersionUID = 1L;
  }

  private Worker() {}

  static StateStore store(String where) {
    if (where.startsWith("jdbc:")) {
      PGSimpleDataSource source = new PGSimpleDataSource();
      source.setUrl(where);
      return PostgresStore.on(source);
    }
    return FileStateStore.at(Path.of(where));
  }

  static Target target(int i) {
    return Target.of("file", "world", "t" + i);
  }

  /** The arguments: spend STORE HOME LIMIT SEED HALT | apply STORE HOME LIMIT ITEMS STEP NTH. */
  public static void main(String[] args) throws Exception {
    StateStore store = store(args[1]);
    Path home = Path.of(args[2]);
    int limit = Integer.parseInt(args[3]);
    if (args[0].equals("spend")) {
      spend(store, home, limit, Long.parseLong(args[4]), Integer.parseInt(args[5]));
    } else {
      apply(store, home, limit, Integer.parseInt(args[4]), args[5], Integer.parseInt(args[6]));
    }
  }

  private static GuardBuilder builder(StateStore store, JournalSink journal, int limit) {
    return Guard.named(GUARD)
        .dryRun(DryRun.off())
        .blastRadius(BlastRadiusLimit.perPlan(1000).per(DAY, limit).in(store))
        .audit(journal);
  }

  /** Draws until nothing is left; ends itself in the middle of an act if told to. */
  private static void spend(StateStore store, Path home, int limit, long seed, int halt)
      throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    try (JournalSink journal = JournalSink.at(home.resolve("journal"))) {
      Guard guard = builder(store, journal, limit).build();
      boolean refused = false;
      for (int i = 0; !refused; i++) {
        int now = i;
        try {
          refused =
              guard.run(
                          Intent.of(ACTION, target(i)).because("a test"),
                          permit -> {
                            if (now == halt) {
                              Runtime.getRuntime().halt(137);
                            }
                            switch (random.nextInt(4)) {
                              case 0 -> permit.notRun();
                              case 1 -> throw new IOException("told to fail");
                              case 2 -> throw new TimedOut();
                              default -> {}
                            }
                          })
                      instanceof Outcome.Refused<Void> no
                  && no.verdict().reasons().stream()
                      .anyMatch(it -> it.code().equals(BlastRadiusLimit.WINDOW_USED_UP));
        } catch (IOException | TimedOut told) {
          continue;
        }
      }
    }
  }

  /** Applies one plan, as often as it takes; ends itself when a step is reached the nth time. */
  private static void apply(StateStore store, Path home, int limit, int items, String step, int nth)
      throws Exception {
    AtomicInteger times = new AtomicInteger();
    Files.createDirectories(home);
    Files.writeString(home.resolve("begun"), "");
    try (JournalSink journal = JournalSink.at(home.resolve("journal"))) {
      Guard guard =
          builder(store, journal, limit)
              .state(store)
              .reconciler((target, action) -> find(home, target))
              .listener(
                  new GuardListener() {
                    @Override
                    public void reached(String name, Step now) {
                      if (now.name().equals(step) && times.incrementAndGet() == nth) {
                        Runtime.getRuntime().halt(137);
                      }
                    }
                  })
              .build();
      Path file = home.resolve("plan.json");
      if (Files.notExists(file)) {
        List<Target> targets = new ArrayList<>();
        for (int i = 0; i < items; i++) {
          targets.add(target(i));
        }
        Plan made = guard.plan(Selection.of(ACTION, targets).because("a test"));
        Path written = home.resolve("plan.tmp");
        Files.writeString(written, made.toJson());
        Files.move(written, file);
      }
      Report report = guard.apply(Plan.read(file), new Touching(home));
      boolean all =
          report.entries().stream()
              .allMatch(it -> it.outcome() == Fate.DONE || it.outcome() == Fate.SKIPPED);
      if (all && report.halted().isEmpty()) {
        System.exit(0);
      }
      report.halted().ifPresent(verdict -> System.out.println("halted: " + verdict));
      report.entries().forEach(it -> System.out.println(it.outcome() + " " + it));
      System.exit(4);
    }
  }

  private static Finding find(Path home, Target target) throws IOException {
    Path file = home.resolve(target.id());
    return Files.exists(file) && Files.size(file) > 0 ? Finding.DONE : Finding.NOT_DONE;
  }

  private record Touching(Path home) implements PlanEffect {
    @Override
    public void act(PermittedItem item) throws IOException {
      item.permit().redeem(ACTION, item.target());
      Files.writeString(
          home.resolve(item.target().id()),
          "touched\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    }

    @Override
    public Optional<String> prepare(PermittedItem item) {
      return Optional.of("remove " + item.target().id());
    }
  }
}
