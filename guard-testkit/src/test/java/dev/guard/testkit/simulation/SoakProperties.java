package dev.guard.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Tag;

class SoakProperties {
  @Property(tries = 500)
  @Tag("law-12")
  void law12_aTargetSoaksFromItsFirstProvenAnnouncement_whateverClocksDo(@ForAll long seed) {
    assertThat(SoakStory.play(seed)).as("seed %s", seed).isEmpty();
  }
}
