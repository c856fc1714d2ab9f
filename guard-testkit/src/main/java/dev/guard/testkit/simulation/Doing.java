package dev.guard.testkit.simulation;

import dev.guard.Fingerprint;
import dev.guard.plan.Plan;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a host is in the middle of, and what it has been told so far. */
final class Doing {
  /** What a protection said last. */
  enum Said {
    FREE,
    PROTECTED,
    THREW
  }

  final int host;
  final boolean dry;
  final boolean person;
  final Map<String, Said> protection = new HashMap<>();
  final Map<String, Fingerprint> marks = new HashMap<>();
  final Set<String> doubted = new HashSet<>();
  final Map<String, String> outcomes = new HashMap<>();
  final Set<String> deeds = new HashSet<>();
  @Nullable Plan plan;
  @Nullable String stopped;
  long epoch;
  long lastSwitch = -1;
  long lastPrepared = -1;
  boolean listed;
  boolean proven;
  Judge.@Nullable Draw draw;
  Judge.@Nullable Draw settled;
  long lastGet = -1;

  Doing(int host, boolean dry, boolean person) {
    this.host = host;
    this.dry = dry;
    this.person = person;
  }

  void stop(String why) {
    if (stopped == null) {
      stopped = why;
    }
  }
}
