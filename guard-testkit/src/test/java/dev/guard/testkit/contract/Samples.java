package dev.guard.testkit.contract;

import dev.guard.evidence.Reference;
import dev.guard.evidence.ReferenceSnapshot;
import dev.guard.evidence.ReferenceSource;
import dev.guard.rollout.Gate;
import dev.guard.time.Time;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;

/** Collaborators as a user would write them. */
final class Samples {
  private Samples() {}

  /** Fewer than ten errors are health. */
  static Gate gate(Callable<Integer> errors) {
    return () -> {
      int many = errors.call();
      return many < 10 ? Gate.Answer.pass() : Gate.Answer.fail(many + " errors");
    };
  }

  /** A list of references that is there, or is not. */
  static class Listed implements ReferenceSource {
    Set<String> declared = Set.of();
    boolean hidden;
    private final Time time;

    Listed(Time time) {
      this.time = time;
    }

    @Override
    public String name() {
      return "list";
    }

    @Override
    public ReferenceSnapshot read() {
      List<Reference> found =
          declared.stream()
              .map(one -> new Reference("list", "line", "", one, Reference.Form.NAME, ""))
              .toList();
      return hidden
          ? new ReferenceSnapshot.Incomplete(
              name(), time.now(), List.of(), List.of("the list answered 403"))
          : new ReferenceSnapshot.Complete(name(), time.now(), found);
    }
  }
}
