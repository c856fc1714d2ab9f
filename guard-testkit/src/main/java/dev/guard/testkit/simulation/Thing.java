package dev.guard.testkit.simulation;

import dev.guard.Fingerprint;
import dev.guard.Target;

/** A target as it really is. */
final class Thing {
  static final String KIND = "image";

  private final Target target;
  private int changes;
  boolean gone;
  boolean isProtected;
  boolean unreadable;
  boolean used;
  int deeds;

  Thing(String id) {
    this.target = Target.of(KIND, "world", id);
  }

  Target target() {
    return target;
  }

  String id() {
    return target.id();
  }

  void change() {
    changes++;
  }

  Fingerprint mark() {
    return Fingerprint.of("revision", Integer.toString(changes));
  }
}
