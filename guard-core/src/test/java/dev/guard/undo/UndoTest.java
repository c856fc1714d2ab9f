package dev.guard.undo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.Effect;
import dev.guard.Guard;
import dev.guard.Target;
import dev.guard.audit.JournalReader;
import dev.guard.audit.JournalSink;
import dev.guard.dryrun.DryRun;
import dev.guard.plan.Candidate;
import dev.guard.plan.PermittedItem;
import dev.guard.plan.Plan;
import dev.guard.plan.PlanEffect;
import dev.guard.plan.Report;
import dev.guard.plan.Selection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What of a run can be taken back, by its journal. */
class UndoTest {
  private static final List<Target> ALL =
      List.of(thing("done"), thing("failed"), thing("doubt"), thing("bare"), thing("last"));

  @TempDir Path directory;

  private static Target thing(String name) {
    return Target.of("thing", "here", name);
  }

  private static final class TimedOut extends IOException implements Effect.OutcomeUnknown {
    private static final long serialVersionUID = 1L;
  }

  /** Saves something for each but one, and does not do all. */
  private static final class Mixed implements PlanEffect {
    @Override
    public Optional<String> prepare(PermittedItem item) {
      String name = item.target().id();
      return name.equals("bare") ? Optional.empty() : Optional.of("saved-" + name);
    }

    @Override
    public void act(PermittedItem item) throws IOException {
      if (item.target().id().equals("failed")) {
        throw new IOException("a test");
      }
      if (item.target().id().equals("doubt")) {
        throw new TimedOut();
      }
    }
  }

  private Report run(JournalSink journal) {
    Guard guard =
        Guard.named("test")
            .dryRun(DryRun.off())
            .unlimited("a test")
            .continueAfterFailures()
            .audit(journal)
            .build();
    Plan plan = guard.plan(Selection.of("thing.delete", ALL).because("a test"));
    return guard.apply(plan, new Mixed());
  }

  @Test
  void onlyWhatIsKnownToBeDone_isTakenBack_theLastFirst() {
    String first;
    try (JournalSink journal = JournalSink.at(directory)) {
      first = run(journal).run();
      run(journal);
    }
    Undo undo = Undo.of(JournalReader.at(directory), "test", first);
    assertThat(undo.materials().keySet()).containsExactly(thing("last"), thing("done"));
    assertThat(undo.material(thing("done"))).isEqualTo("saved-done");
    assertThat(undo.lost()).containsExactly(thing("bare"));
    assertThat(undo.selection("thing.restore", one -> one).candidates())
        .extracting(Candidate::target)
        .containsExactly(thing("last"), thing("done"));
    for (String unknown : List.of("failed", "doubt", "bare")) {
      assertThatThrownBy(() -> undo.material(thing(unknown)))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(Undo.of(JournalReader.at(directory), "another", first).materials()).isEmpty();
    assertThat(Undo.of(JournalReader.at(directory), "test", "another").lost()).isEmpty();
  }
}
