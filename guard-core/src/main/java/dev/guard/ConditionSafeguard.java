package dev.guard;

import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;

/** The safeguard that users write as a lambda. */
final class ConditionSafeguard implements Safeguard {
  private final String name;
  private final Predicate<Intent> condition;
  private final List<Tripwire> tripwires;
  private final Verdict refusal;

  ConditionSafeguard(String name, Predicate<Intent> condition, Tripwire tripwire) {
    this.name = Words.name("safeguard name", name);
    this.condition = Objects.requireNonNull(condition, "condition");
    this.tripwires = List.of(tripwire);
    this.refusal = Verdict.refuse(Reason.of(name, "condition", name));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Verdict review(Intent intent) {
    return condition.test(intent) ? refusal : Verdict.allow();
  }

  @Override
  public List<Tripwire> tripwires() {
    return tripwires;
  }
}
