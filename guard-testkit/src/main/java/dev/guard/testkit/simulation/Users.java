package dev.guard.testkit.simulation;

import dev.guard.evidence.Reference;
import dev.guard.evidence.ReferenceSnapshot;
import dev.guard.evidence.ReferenceSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Says which targets are used; something always is. */
final class Users implements ReferenceSource {
  private final Universe universe;
  private final Host host;
  private final Life life;
  private final boolean dry;

  Users(Universe universe, Host host, Life life, boolean dry) {
    this.universe = universe;
    this.host = host;
    this.life = life;
    this.dry = dry;
  }

  @Override
  public String name() {
    return "users";
  }

  @Override
  @SuppressWarnings("NullAway") // a source that breaks its contract is what this is for
  public ReferenceSnapshot read() {
    host.contact("users");
    Set<String> used = new TreeSet<>();
    universe.things().stream().filter(thing -> thing.used).forEach(thing -> used.add(thing.id()));
    List<Reference> found = new ArrayList<>();
    found.add(reference("somebody else's"));
    used.forEach(id -> found.add(reference(id)));
    switch (universe.source()) {
      case 1:
        life.listed(dry, false, false, used);
        return new ReferenceSnapshot.Incomplete(
            name(), host.now(), found.subList(0, 1), List.of("users: a page is missing"));
      case 2:
        life.listed(dry, false, false, used);
        throw new IllegalStateException("told to throw");
      case 3:
        life.listed(dry, false, false, used);
        return nothing();
      case 4:
        life.listed(dry, true, true, Set.of());
        return new ReferenceSnapshot.Complete(name(), host.now(), List.of());
      default:
        life.listed(dry, true, false, used);
        return new ReferenceSnapshot.Complete(name(), host.now(), found);
    }
  }

  private static @Nullable ReferenceSnapshot nothing() {
    return null;
  }

  private Reference reference(String id) {
    return new Reference(name(), "user of " + id, "uses", id, Reference.Form.IDENTITY, "");
  }
}
