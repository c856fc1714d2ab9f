package dev.guard.registry.cleanup;

import dev.guard.Fingerprint;
import dev.guard.GuardConfigurationException;
import dev.guard.RehearsalPermit;
import dev.guard.Target;
import dev.guard.audit.Reconciler;
import dev.guard.plan.PermittedItem;
import dev.guard.plan.PlanEffect;
import dev.guard.plan.PlanItem;
import dev.guard.plan.Selection;
import dev.guard.registry.Answer;
import dev.guard.registry.Manifest;
import dev.guard.registry.Reading;
import dev.guard.registry.RegistryClient;
import dev.guard.registry.RestoreOutcome;
import dev.guard.registry.reference.ContentDigest;
import dev.guard.state.BlobStore;
import dev.guard.undo.Undo;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts back the images that a run deleted, from what its effect saved: manifests byte for byte, and
 * their tags.
 *
 * <pre>{@code
 * ImageRestore restore = ImageRestore.of(client, store, Undo.of(journal, "image-cleanup", run));
 * Report report = guard.apply(guard.plan(restore.selection()), restore.effect());
 * }</pre>
 *
 * <p>A registry that has collected its garbage has no blobs any more; then nothing is sent and the
 * target is FAILED, as if it had never run. What is there already is skipped, and a tag that names
 * another image by now is left to that; what came back without a tag of it is put back whole.
 * Thread-safe.
 */
public final class ImageRestore {
  private static final Logger LOG = LoggerFactory.getLogger(ImageRestore.class);
  private static final Fingerprint GONE = Fingerprint.of("manifest", "absent");
  private static final Fingerprint THERE = Fingerprint.of("manifest", "present");

  private final RegistryClient client;
  private final BlobStore blobs;
  private final Undo undo;

  private ImageRestore(RegistryClient client, BlobStore blobs, Undo undo) {
    this.client = client;
    this.blobs = blobs;
    this.undo = undo;
  }

  /**
   * A restore.
   *
   * @param client the registry
   * @param blobs where the effect saved
   * @param undo what a run did
   * @return the restore
   */
  public static ImageRestore of(RegistryClient client, BlobStore blobs, Undo undo) {
    return new ImageRestore(client, blobs, undo);
  }

  /**
   * What the run deleted and can be put back, children before their indexes.
   *
   * @return the selection of a plan
   */
  public Selection selection() {
    return undo.selection(RegistryClient.RESTORE, candidate -> candidate.marked(GONE));
  }

  /**
   * The effect that puts one manifest back.
   *
   * @return the effect
   */
  public PlanEffect effect() {
    return new Restore();
  }

  /**
   * Asks the registry whether a restore that was cut short was done. It answers of this run's
   * targets alone.
   *
   * @return the reconciler
   */
  public Reconciler reconciler() {
    return (target, action) -> {
      if (!action.equals(RegistryClient.RESTORE) || !undo.materials().containsKey(target)) {
        return Reconciler.Finding.UNKNOWN;
      }
      return isWhole(target) ? Reconciler.Finding.DONE : Reconciler.Finding.NOT_DONE;
    };
  }

  /** Whether the image is there, and all its tags are, whatever they name by now. */
  private boolean isWhole(Target target) throws RegistryRefusedException {
    SavedImage saved = SavedImage.from(blobs, undo.material(target));
    Reading<Manifest> now = client.manifest(saved.repository(), saved.manifest().digest().text());
    boolean whole = isThere(now);
    for (String tag : saved.tags()) {
      whole = whole && isThere(client.head(saved.repository(), tag));
    }
    return whole;
  }

  private static boolean isThere(Reading<?> now) throws RegistryRefusedException {
    if (!now.isPresent() && now.answer() != Answer.ABSENT) {
      throw new RegistryRefusedException(now.detail(), 0);
    }
    return now.isPresent();
  }

  private final class Restore implements PlanEffect {
    private final Set<Target> impossible = ConcurrentHashMap.newKeySet();

    @Override
    public Optional<Fingerprint> fingerprint(PlanItem item) throws RegistryRefusedException {
      return Optional.of(isWhole(item.target()) ? THERE : GONE);
    }

    /** What is gone for good is said before the act. */
    @Override
    public void rehearse(PlanItem item, RehearsalPermit permit) throws RegistryRefusedException {
      SavedImage saved = SavedImage.from(blobs, undo.material(item.target()));
      Set<ContentDigest> together = new HashSet<>();
      for (Target other : undo.materials().keySet()) {
        if (other.scope().equals(item.target().scope()) && !impossible.contains(other)) {
          ContentDigest.parse(other.id()).ifPresent(together::add);
        }
      }
      Optional<String> lacking = client.lacking(saved.repository(), saved.manifest(), together);
      if (lacking.isPresent()) {
        impossible.add(item.target());
        throw new RegistryRefusedException("It cannot be put back: " + lacking.get(), 0);
      }
    }

    @Override
    public void act(PermittedItem item) throws RegistryRefusedException, DeletionInDoubtException {
      SavedImage saved = SavedImage.from(blobs, undo.material(item.target()));
      if (!client.target(saved.repository(), saved.manifest().digest()).equals(item.target())) {
        throw new GuardConfigurationException(
            "What was saved for "
                + item.target()
                + " is of another image or registry. Name the registry it was deleted from.");
      }
      RestoreOutcome outcome =
          client.restoreManifest(item.permit(), saved.repository(), saved.manifest(), saved.tags());
      if (outcome instanceof RestoreOutcome.Impossible impossible) {
        throw new RegistryRefusedException("It cannot be put back: " + impossible.message(), 0);
      }
      if (outcome instanceof RestoreOutcome.Failed failed) {
        throw new RegistryRefusedException("The registry did not take it: " + failed.message(), 0);
      }
      if (outcome instanceof RestoreOutcome.Unknown unknown) {
        throw new DeletionInDoubtException(unknown.message());
      }
      if (outcome instanceof RestoreOutcome.Restored restored && !restored.tagsTaken().isEmpty()) {
        LOG.warn(
            "{} is back, but its tags {} name other images by now and were left to them.",
            item.target(),
            restored.tagsTaken());
      }
    }
  }
}
