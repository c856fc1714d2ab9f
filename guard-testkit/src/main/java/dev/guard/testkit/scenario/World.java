package dev.guard.testkit.scenario;

import dev.guard.Fingerprint;
import dev.guard.Target;
import dev.guard.evidence.Reference;
import dev.guard.evidence.ReferenceSnapshot;
import dev.guard.evidence.ReferenceSource;
import dev.guard.testkit.ManualTime;
import dev.guard.testkit.ScriptedSwitch;
import dev.guard.testkit.scenario.Scenario.Answer;
import dev.guard.testkit.scenario.Scenario.Kind;
import dev.guard.testkit.scenario.Scenario.Thing;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What there really is, whatever the guard believes. */
final class World {
  static final String LABEL = "protected";
  static final Target EXAMPLE = Target.of("thing", "world", "the tripwire's example");

  private final Scenario scenario;
  private final ScriptedSwitch theSwitch = new ScriptedSwitch();
  private final Map<String, Integer> revisions = new HashMap<>();
  private final Set<String> gone = new HashSet<>();
  private final Set<String> live = new HashSet<>();
  private final Set<String> used = new TreeSet<>();
  private final Set<String> freed = new HashSet<>();
  private final Map<String, Answer> answers = new HashMap<>();

  World(Scenario scenario) {
    this.scenario = scenario;
    for (Scenario.Source source : scenario.sources()) {
      answers.put(source.name(), source.answer());
    }
  }

  static Target target(Thing thing) {
    Target target = Target.of("thing", "world", thing.id());
    return thing.label() ? target.with(LABEL, "true") : target;
  }

  ScriptedSwitch theSwitch() {
    return theSwitch;
  }

  Fingerprint fingerprint(String id) {
    return Fingerprint.of("revision", Integer.toString(revisions.getOrDefault(id, 0)));
  }

  boolean isGone(String id) {
    return gone.contains(id);
  }

  /** The live protection: a person may change it at any time, and it may be unreadable. */
  boolean isProtected(Target target) {
    if (target.equals(EXAMPLE)) {
      return true;
    }
    for (Thing thing : scenario.things()) {
      if (thing.id().equals(target.id()) && thing.unreadable()) {
        throw new IllegalStateException("told to be unreadable");
      }
    }
    return live.contains(target.id());
  }

  void touch(Thing thing) {
    if (thing.vanishes()) {
      gone.add(thing.id());
    }
  }

  void happen(Kind kind, String id, long amount) {
    switch (kind) {
      case SWITCH_RUN:
        theSwitch.say(ScriptedSwitch.Says.RUN);
        break;
      case SWITCH_PAUSE:
        theSwitch.say(ScriptedSwitch.Says.PAUSE);
        break;
      case SWITCH_STOP:
        theSwitch.say(ScriptedSwitch.Says.STOP);
        break;
      case SWITCH_THROWS:
        theSwitch.say(ScriptedSwitch.Says.THROWS);
        break;
      case SWITCH_NOTHING:
        theSwitch.say(ScriptedSwitch.Says.NOTHING);
        break;
      case CHANGES:
        revisions.merge(id, 1, Integer::sum);
        break;
      case GOES:
        gone.add(id);
        break;
      case USED:
        used.add(id);
        freed.remove(id);
        break;
      case FREED:
        used.remove(id);
        freed.add(id);
        break;
      case PROTECTED:
        live.add(id);
        break;
      case SOURCE:
        answers.put(id, answer(amount));
        break;
      default:
        throw new IllegalArgumentException(kind + " does not happen to the world.");
    }
  }

  static Answer answer(long ordinal) {
    Answer[] all = Answer.values();
    return all[(int) Math.floorMod(ordinal, (long) all.length)];
  }

  ReferenceSource source(Scenario.Source source, ManualTime clock, Consumer<String> told) {
    return new ReferenceSource() {
      @Override
      public String name() {
        return source.name();
      }

      @Override
      @SuppressWarnings("NullAway") // a source that breaks its contract is what this is for
      public ReferenceSnapshot read() {
        Answer answer = answers.getOrDefault(source.name(), Answer.COMPLETE);
        List<Reference> found = references(source);
        told.accept(answer + " " + found.size());
        switch (answer) {
          case INCOMPLETE:
            List<Reference> half = found.subList(0, found.size() / 2);
            return new ReferenceSnapshot.Incomplete(
                source.name(), clock.now(), half, List.of(source.name() + ": a page is missing"));
          case THROWS:
            throw new IllegalStateException("told to throw");
          case NOTHING:
            return nothing();
          case EMPTY:
            return new ReferenceSnapshot.Complete(source.name(), clock.now(), List.of());
          case OTHER_NAME:
            return new ReferenceSnapshot.Complete("somebody else", clock.now(), found);
          default:
            return new ReferenceSnapshot.Complete(source.name(), clock.now(), found);
        }
      }
    };
  }

  private static @Nullable ReferenceSnapshot nothing() {
    return null;
  }

  private List<Reference> references(Scenario.Source source) {
    Set<String> ids = new TreeSet<>(source.uses());
    ids.removeAll(freed);
    if (source.equals(scenario.sources().get(0))) {
      ids.addAll(used);
    }
    List<Reference> found = new ArrayList<>();
    for (String id : ids) {
      found.add(
          new Reference(source.name(), "user of " + id, "uses", id, Reference.Form.IDENTITY, ""));
    }
    return found;
  }
}
