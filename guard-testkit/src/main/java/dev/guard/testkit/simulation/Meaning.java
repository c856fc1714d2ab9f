package dev.guard.testkit.simulation;

import dev.guard.Target;
import dev.guard.evidence.Evidence;
import dev.guard.evidence.Interpreter;
import dev.guard.evidence.Reference;
import java.util.List;

/** A reference uses the target whose id is its value. */
final class Meaning implements Interpreter {
  @Override
  public Usage interpret(List<Reference> references) {
    return new Usage() {
      @Override
      public Evidence of(Target target) {
        List<String> places =
            references.stream()
                .filter(reference -> reference.value().equals(target.id()))
                .map(Reference::where)
                .toList();
        return places.isEmpty()
            ? new Evidence.NotInUse(1, references.size())
            : new Evidence.InUse(places, places.size());
      }

      @Override
      public List<String> gaps() {
        return List.of();
      }
    };
  }

  @Override
  public Probe probe() {
    String made = "made up by the tripwire";
    return new Probe(
        new Reference("tripwire", "tripwire", "uses", made, Reference.Form.IDENTITY, ""),
        Target.of(Thing.KIND, "world", made));
  }
}
