package dev.guard.blastradius;

import dev.guard.Intent;
import dev.guard.Target;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Targets counted by the value of a label; all under one value where nothing is counted by. */
final class Counts {
  private final @Nullable String label;
  private final Map<String, Long> byValue = new TreeMap<>();
  private @Nullable Target unlabelled;

  private Counts(@Nullable String label) {
    this.label = label;
  }

  static Counts of(@Nullable String label, List<Target> targets) {
    Counts counts = new Counts(label);
    targets.forEach(counts::add);
    return counts;
  }

  static Counts ofAll(@Nullable String label, List<Intent> intents) {
    Counts counts = new Counts(label);
    intents.forEach(intent -> intent.targets().forEach(counts::add));
    return counts;
  }

  private void add(Target target) {
    String value = label == null ? "" : target.labels().get(label);
    if (value != null) {
      byValue.merge(value, 1L, Long::sum);
    } else if (unlabelled == null) {
      unlabelled = target;
    }
  }

  Map<String, Long> byValue() {
    return byValue;
  }

  long of(String value) {
    return byValue.getOrDefault(value, 0L);
  }

  /** The first target that lacks the label, which cannot be counted. */
  @Nullable Target unlabelled() {
    return unlabelled;
  }
}
