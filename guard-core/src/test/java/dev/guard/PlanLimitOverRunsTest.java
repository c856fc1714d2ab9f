package dev.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.audit.JournalReader;
import dev.guard.audit.JournalSink;
import dev.guard.blastradius.BlastRadiusLimit;
import dev.guard.dryrun.DryRun;
import dev.guard.plan.PermittedItem;
import dev.guard.plan.Plan;
import dev.guard.plan.PlanEffect;
import dev.guard.plan.Report;
import dev.guard.plan.Report.Fate;
import dev.guard.plan.Selection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The plan limit bounds done, failed and in doubt of a plan over all its runs. */
class PlanLimitOverRunsTest {
  private static final Target A = Target.of("thing", "here", "a");
  private static final Target B = Target.of("thing", "here", "b");
  private static final Target C = Target.of("thing", "here", "c");

  @TempDir Path directory;

  private final Set<Target> used = new HashSet<>();
  private final List<Target> touched = new ArrayList<>();
  private JournalSink journal;
  private Guard guard;
  private Plan plan;

  @BeforeEach
  void begin() {
    journal = JournalSink.at(directory.resolve("journal"));
    Target bait = Target.of("thing", "here", "bait");
    guard =
        Guard.named("test")
            .dryRun(DryRun.off())
            .blastRadius(BlastRadiusLimit.perPlan(2))
            .safeguard(
                Safeguard.refuseIf(
                    "not while used",
                    intent -> used.contains(intent.targets().get(0)),
                    Tripwire.of(() -> Set.of(bait).contains(bait))))
            .audit(journal)
            .build();
    plan = guard.plan(Selection.of("thing.delete", List.of(A, B, C)).because("a test"));
    assertThat(plan.wouldGo()).hasSize(3);
  }

  @AfterEach
  void end() {
    journal.close();
  }

  private void touch(PermittedItem item) {
    item.permit().redeem("thing.delete", item.item().target());
    touched.add(item.item().target());
  }

  private Report apply(PlanEffect effect) {
    return guard.apply(plan, effect);
  }

  @Test
  void law05_law07_aTargetThatFailedAndNoLongerQualifies_countsInLaterRuns() {
    used.add(C);
    Report first =
        apply(
            item -> {
              touch(item);
              throw new IOException("broken pipe");
            });
    assertThat(first.count(Fate.FAILED)).isEqualTo(1);
    assertThat(journal.spent(plan.digest())).containsExactly(A);
    used.clear();
    used.add(A);

    Report second = apply(this::touch);

    assertThat(second.halt()).isNotNull();
    assertThat(second.halt().toString()).contains("2 per plan, 3 asked");
    assertThat(touched).containsExactly(A);
  }

  @Test
  void law07_aTargetInDoubt_countsInLaterRuns() {
    used.add(C);
    apply(
        item -> {
          touch(item);
          throw new Unknown();
        });
    assertThat(journal.spent(plan.digest())).containsExactly(A);
    used.clear();

    assertThat(apply(this::touch).halt()).isNotNull();
    assertThat(touched).containsExactly(A);
  }

  @Test
  void law07_whatWasGivenBack_doesNotCount() {
    used.add(C);
    Report first =
        apply(
            item -> {
              item.permit().notRun();
              throw new IOException("no route");
            });
    assertThat(first.count(Fate.FAILED)).isEqualTo(1);
    assertThat(journal.spent(plan.digest())).isEmpty();
    used.clear();
    used.add(A);

    Report second = apply(this::touch);

    assertThat(second.halt()).isNull();
    assertThat(touched).containsExactly(B, C);
    assertThat(JournalReader.at(directory.resolve("journal")).spent(plan.digest()))
        .containsExactlyInAnyOrder(B, C);
  }

  @Test
  void law07_aFailedPrepare_doesNotCount() {
    used.add(C);
    apply(
        new PlanEffect() {
          @Override
          public Optional<String> prepare(PermittedItem item) throws IOException {
            throw new IOException("no room for the copy");
          }

          @Override
          public void act(PermittedItem item) {
            touch(item);
          }
        });

    assertThat(touched).isEmpty();
    assertThat(journal.spent(plan.digest())).isEmpty();
  }

  @Test
  void law05_whatIsRefusedWhenTheRunBegins_staysRefusedInThatRun() {
    used.add(C);

    Report report =
        apply(
            item -> {
              used.clear();
              touch(item);
            });

    assertThat(report.halt()).isNull();
    assertThat(touched).as("never more than the limit of 2").containsExactly(A, B);
    assertThat(report.count(Fate.REFUSED)).isEqualTo(1);
  }

  private static final class Unknown extends RuntimeException implements Effect.OutcomeUnknown {
    private static final long serialVersionUID = 1L;
  }
}
