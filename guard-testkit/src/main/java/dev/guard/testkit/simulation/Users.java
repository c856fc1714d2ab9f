package dev.guard.testkit.simulation;

import dev.guard.evidence.Reference;
import dev.guard.evidence.ReferenceSnapshot;
import dev.guard.evidence.ReferenceSource;
import dev.guard.time.Time;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Says which targets are used; something always is. */
final class Users implements ReferenceSource {
  /** Who is told what was read. */
  interface Listener {
    void asked();

    void listed(boolean complete, boolean empty, Set<String> used);
  }

  /** Nobody is told. */
  static final Listener NOBODY =
      new Listener() {
        @Override
        public void asked() {}

        @Override
        public void listed(boolean complete, boolean empty, Set<String> used) {}
      };

  private final Universe universe;
  private final Time time;
  private final Listener listener;

  Users(Universe universe, Time time, Listener listener) {
    this.universe = universe;
    this.time = time;
    this.listener = listener;
  }

  @Override
  public String name() {
    return "users";
  }

  @Override
  @SuppressWarnings("NullAway") // a source that breaks its contract is what this is for
  public ReferenceSnapshot read() {
    listener.asked();
    Set<String> used = new TreeSet<>();
    universe.things().stream().filter(thing -> thing.used).forEach(thing -> used.add(thing.id()));
    List<Reference> found = new ArrayList<>();
    found.add(reference("somebody else's"));
    used.forEach(id -> found.add(reference(id)));
    switch (universe.source()) {
      case 1:
        listener.listed(false, false, used);
        return new ReferenceSnapshot.Incomplete(
            name(), time.now(), found.subList(0, 1), List.of("users: a page is missing"));
      case 2:
        listener.listed(false, false, used);
        throw new IllegalStateException("told to throw");
      case 3:
        listener.listed(false, false, used);
        return nothing();
      case 4:
        listener.listed(true, true, Set.of());
        return new ReferenceSnapshot.Complete(name(), time.now(), List.of());
      default:
        listener.listed(true, false, used);
        return new ReferenceSnapshot.Complete(name(), time.now(), found);
    }
  }

  private static @Nullable ReferenceSnapshot nothing() {
    return null;
  }

  private Reference reference(String id) {
    return new Reference(name(), "user of " + id, "uses", id, Reference.Form.IDENTITY, "");
  }
}
