package dev.guard.registry.cleanup;

import static dev.guard.registry.cleanup.Graph.OLD;
import static dev.guard.registry.cleanup.Graph.digest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.StateException;
import dev.guard.registry.inventory.RegistryInventory;
import dev.guard.registry.inventory.RepositoryGraph;
import dev.guard.registry.rig.MemoryState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FirstSightsTest {
  private static final Instant DAY1 = Instant.parse("2026-06-01T00:00:00Z");
  private static final Instant DAY2 = DAY1.plus(Duration.ofDays(1));
  private static final Instant DAY3 = DAY1.plus(Duration.ofDays(2));

  private final MemoryState store = new MemoryState();
  private final FirstSights sights = new FirstSights(store);

  private FirstSights.Noted note(Instant at, RepositoryGraph... graphs) {
    return sights.note(RegistryInventory.of("r.io", at, List.of(graphs), Map.of()));
  }

  private static RepositoryGraph app(String... tags) {
    return new Graph("app").image("a", OLD, tags).image("other", OLD, "other").build();
  }

  @Test
  void aSight_isPerRepositoryAndDigest_andStaysAsItWas() {
    RepositoryGraph web = new Graph("web").image("a", OLD, "v1").build();
    note(DAY1, app("v1"));
    FirstSights.Noted noted = note(DAY2, app("v1"), web);
    assertThat(noted.firstSeen("app", digest("a"))).contains(DAY1);
    assertThat(noted.firstSeen("web", digest("a"))).contains(DAY2);
    assertThat(noted.since()).contains(DAY1);
    assertThat(noted.firstSeen("app", digest("never"))).isEmpty();
    assertThat(
            new FirstSights(store)
                .note(RegistryInventory.of("other.io", DAY3, List.of(app("v1")), Map.of()))
                .firstSeen("app", digest("a")))
        .contains(DAY3);
  }

  @Test
  void aSight_startsAnewWhenATagIsAdded_notWhenOneIsTakenAway() {
    note(DAY1, app("v1", "v2"));
    assertThat(note(DAY2, app("v1")).firstSeen("app", digest("a"))).contains(DAY1);
    FirstSights.Noted added = note(DAY3, app("v1", "v3"));
    assertThat(added.firstSeen("app", digest("a"))).contains(DAY3);
    assertThat(added.firstSeen("app", digest("other"))).contains(DAY1);
  }

  @Test
  void aSight_isForgottenWhenACompleteInventoryLacksIt_butNotWhenTheRepositoryWasUnread() {
    note(DAY1, app("v1"));
    sights.note(RegistryInventory.of("r.io", DAY2, List.of(), Map.of("app", "could not be read")));
    assertThat(note(DAY2, app("v1")).firstSeen("app", digest("a"))).contains(DAY1);
    note(DAY2, new Graph("app").image("other", OLD, "other").build());
    assertThat(note(DAY3, app("v1")).firstSeen("app", digest("a"))).contains(DAY3);
  }

  @Test
  void theSightsOfARepositoryThatIsGone_areForgotten_andThoseOfAnUnreadOneAreNot() {
    RepositoryGraph web = new Graph("web").image("a", OLD, "v1").build();
    note(DAY1, app("v1"), web);
    sights.note(RegistryInventory.of("r.io", DAY2, List.of(), Map.of("web", "could not be read")));
    FirstSights.Noted back = note(DAY3, app("v1"), web);
    assertThat(back.firstSeen("app", digest("a"))).as("it was gone").contains(DAY3);
    assertThat(back.firstSeen("web", digest("a"))).as("it was unread").contains(DAY1);
  }

  @Test
  void theSightsOfANamedRepositoryThatTheRegistryDoesNotHave_areForgotten() {
    note(DAY1, app("v1"));
    sights.note(
        RegistryInventory.of("r.io", DAY2, List.of(), Map.of("app", "no such repository"))
            .without(Set.of("app")));
    assertThat(note(DAY3, app("v1")).firstSeen("app", digest("a"))).contains(DAY3);
  }

  @Test
  void anUnreadableState_isAnError_neverAnEmptyOne() {
    note(DAY1, app("v1"));
    store.garble();
    assertThatThrownBy(() -> note(DAY2, app("v1"))).isInstanceOf(StateException.class);
  }
}
