package dev.guard.examples.cloud;

import dev.guard.Digest;
import dev.guard.Fingerprint;
import dev.guard.Target;
import dev.guard.audit.Reconciler;
import dev.guard.examples.show.Show;
import dev.guard.plan.PermittedItem;
import dev.guard.plan.PlanEffect;
import dev.guard.plan.PlanItem;
import dev.guard.undo.Undo;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The two acts: deleting a volume that has a snapshot, and restoring it from there. */
final class VolumeEffects {
  static final String DELETE = "volume.delete";
  static final String RESTORE = "volume.restore";

  private static final String RESTORED = "restored";

  private final CloudApi cloud;
  private final String scope;

  /** Effects in one part of a cloud. */
  VolumeEffects(CloudApi cloud, String scope) {
    this.cloud = cloud;
    this.scope = scope;
  }

  /** The same for the same volume, however often it is asked for, so that nothing is made twice. */
  private static String token(Target target) {
    return Digest.of(target.identity()).hex();
  }

  private void here(Target target) {
    if (!target.scope().equals(scope)) {
      throw new IllegalArgumentException(
          target + " is not in " + scope + ", so it is not touched. Name the scope it is in.");
    }
  }

  PlanEffect deleting() {
    return new Deleting();
  }

  PlanEffect restoring(Undo undo) {
    return new Restoring(undo);
  }

  /** What must be true for something to be restored. */
  static Fingerprint notRestored() {
    return Fingerprint.of(RESTORED, "no");
  }

  /** Asks the cloud what became of an act that was cut off. */
  Reconciler reconciler() {
    return (target, action) -> {
      boolean done =
          action.equals(DELETE)
              ? there(target).isEmpty()
              : cloud.restored(token(target)).isPresent();
      return done ? Reconciler.Finding.DONE : Reconciler.Finding.NOT_DONE;
    };
  }

  /** The volume itself; another one that has its id by now is none. */
  private Optional<Volume> there(Target target) throws IOException {
    here(target);
    return cloud
        .volume(Volume.id(target))
        .filter(volume -> volume.created().equals(Volume.created(target)));
  }

  private final class Deleting implements PlanEffect {
    @Override
    public Optional<Fingerprint> fingerprint(PlanItem item) throws IOException {
      return there(item.target()).map(Volume::fingerprint);
    }

    /** Making a snapshot touches nothing. Until it is complete, the volume stays. */
    @Override
    public Optional<String> prepare(PermittedItem item) throws IOException {
      Target target = item.target();
      CloudApi.Snapshot snapshot =
          cloud.snapshot(token(target), Volume.id(target), Volume.created(target));
      if (!snapshot.volume().equals(Volume.id(target))
          || !snapshot.created().equals(Volume.created(target))) {
        throw new IOException(snapshot.id() + " is a snapshot of another volume");
      }
      if (!snapshot.complete()) {
        throw new IOException(
            snapshot.id() + " is still being made, so the volume stays until a later run");
      }
      return Optional.of(snapshot.id());
    }

    @Override
    public void act(PermittedItem item) throws IOException {
      item.permit().redeem(DELETE, item.target());
      cloud.delete(Volume.id(item.target()), Volume.created(item.target()));
    }
  }

  private final class Restoring implements PlanEffect {
    private final Undo undo;

    Restoring(Undo undo) {
      this.undo = undo;
    }

    @Override
    public Optional<Fingerprint> fingerprint(PlanItem item) throws IOException {
      here(item.target());
      boolean restored = cloud.restored(token(item.target())).isPresent();
      return Optional.of(Fingerprint.of(RESTORED, restored ? "yes" : "no"));
    }

    @Override
    public void act(PermittedItem item) throws IOException {
      Target target = item.target();
      Map<String, String> tags = new TreeMap<>();
      target
          .labels()
          .forEach(
              (label, value) -> {
                if (label.startsWith(Volume.TAG)) {
                  tags.put(label.substring(Volume.TAG.length()), value);
                }
              });
      item.permit().redeem(RESTORE, target);
      Volume restored =
          cloud.restore(
              token(target),
              undo.material(target),
              target.labels().getOrDefault(Show.NAME, ""),
              tags);
      if (cloud.volume(restored.id()).isEmpty()) {
        throw new CloudApi.CutOff(restored.id() + " was promised and is not there");
      }
    }
  }
}
