package dev.guard.testkit.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.state.StateStore;
import dev.guard.testkit.state.Postgres;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Law 7 over processes: eight of them share one budget, and some die in the middle of an act. */
class SharedBudgetTest {
  private static final int PROCESSES = 8;
  private static final int LIMIT = 120;

  @TempDir Path directory;

  @Test
  void law7_eightProcessesOnFiles_drawWhatTheyDid_exactly() throws Exception {
    spend(directory.resolve("state").toString(), 0);
  }

  @Test
  void law7_eightProcessesOnPostgres_drawWhatTheyDid_exactly() throws Exception {
    spend(Postgres.url(), 0);
  }

  @Test
  void law7_whatDiedHoldingSomething_keepsItDrawn_onFiles() throws Exception {
    spend(directory.resolve("state").toString(), 3);
  }

  @Test
  void law7_whatDiedHoldingSomething_keepsItDrawn_onPostgres() throws Exception {
    spend(Postgres.url(), 3);
  }

  /** The first so many processes end themselves in their third act. */
  private void spend(String where, int dying) throws Exception {
    StateStore store = Worker.store(where);
    List<Process> children = new ArrayList<>();
    for (int i = 0; i < PROCESSES; i++) {
      children.add(
          Children.start(
              directory.resolve("log-" + i),
              "spend",
              where,
              directory.resolve("home-" + i).toString(),
              Integer.toString(LIMIT),
              Integer.toString(i),
              i < dying ? "2" : "-1"));
    }
    Map<String, Integer> counts = new HashMap<>();
    for (int i = 0; i < PROCESSES; i++) {
      assertThat(Children.end(children.get(i)))
          .as("child %s; see %s", i, directory.resolve("log-" + i))
          .isEqualTo(i < dying ? 137 : 0);
      Children.counted(directory.resolve("home-" + i).resolve("journal"))
          .forEach((fate, count) -> counts.merge(fate, count, Integer::sum));
    }
    long drawn = Children.drawn(store);
    int spent =
        counts.getOrDefault("DONE", 0)
            + counts.getOrDefault("FAILED", 0)
            + counts.getOrDefault("IN_DOUBT", 0)
            + counts.getOrDefault("OPEN", 0);
    assertThat(counts.getOrDefault("OPEN", 0)).isEqualTo(dying);
    assertThat(drawn).as("%s", counts).isEqualTo(spent).isEqualTo(LIMIT);
    assertThat(counts.getOrDefault("SKIPPED", 0)).as("some gave back").isPositive();
  }
}
