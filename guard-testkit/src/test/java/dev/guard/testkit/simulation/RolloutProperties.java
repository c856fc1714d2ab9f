package dev.guard.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Tag;

class RolloutProperties {
  @Property(tries = 500)
  @Tag("law-13")
  void law13_noStageBeforeItsGate_whateverClocksGatesAndPeopleDo(@ForAll long seed) {
    assertThat(RolloutStory.play(seed)).as("seed %s", seed).isEmpty();
  }

  @Example
  @Tag("law-13")
  void t21_law13_anAbort_winsOverEveryOtherMove_inEveryInterleaving() {
    assertThat(RolloutStory.interleavings()).isEmpty();
  }

  @Example
  @Tag("law-13")
  void law13_aProcessThatDies_atAnyAccess_repeatsAndSkipsNothing() {
    assertThat(RolloutStory.crashes()).isEmpty();
  }
}
