package dev.guard.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class SoakProperties {
  @Property(tries = 500)
  void law12_aTargetSoaksFromItsFirstProvenAnnouncement_whateverClocksDo(@ForAll long seed) {
    assertThat(SoakStory.play(seed)).as("seed %s", seed).isEmpty();
  }
}
