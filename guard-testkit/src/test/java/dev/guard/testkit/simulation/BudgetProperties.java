package dev.guard.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Tag;

class BudgetProperties {
  @Property(tries = 2000)
  @Tag("law-7")
  void law7_neverMoreThanTheLimitInAnyWindow_andNeverLessThanItWithoutNeed(@ForAll long seed) {
    assertThat(BudgetStory.play(seed)).as("seed %s", seed).isEmpty();
  }
}
