package dev.guard.registry;

import dev.guard.Permit;
import dev.guard.Target;
import dev.guard.registry.reference.ContentDigest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Puts manifests back, byte for byte, and reads back what came of it. */
final class Restoring {
  static final String ACTION = "registry.restore";

  private final Requests requests;
  private final Contents contents;

  Restoring(Requests requests, Contents contents) {
    this.requests = requests;
    this.contents = contents;
  }

  /**
   * Puts a manifest and its tags, if the permit covers it; a tag that names another image stays.
   */
  RestoreOutcome restore(
      Permit permit, Target target, String repository, Manifest manifest, List<String> tags) {
    permit.redeem(ACTION, target);
    String lacking = lacking(repository, manifest, Set.of());
    for (String tag : tags) {
      Reading<ContentDigest> now = contents.head(repository, tag);
      lacking = lacking.isEmpty() && !isKnown(now) ? untold(tag, now) : lacking;
    }
    if (!lacking.isEmpty()) {
      permit.notRun();
      return new RestoreOutcome.Impossible(lacking);
    }
    List<String> taken = new ArrayList<>();
    try {
      put(repository, manifest.digest().text(), manifest);
      for (String tag : tags) {
        Reading<ContentDigest> now = contents.head(repository, tag);
        if (!isKnown(now)) {
          return new RestoreOutcome.Unknown(untold(tag, now) + ", so it was left");
        }
        if (now.isPresent() && !now.get().equals(manifest.digest())) {
          taken.add(tag);
        } else {
          put(repository, tag, manifest);
        }
      }
    } catch (Refused e) {
      return new RestoreOutcome.Failed(String.valueOf(e.getMessage()));
    } catch (Denied | IOException e) {
      return new RestoreOutcome.Unknown(Shown.text(String.valueOf(e.getMessage())));
    }
    return readBack(repository, manifest, tags, taken);
  }

  /** A tag that may name another image is not taken away from it. */
  private static boolean isKnown(Reading<ContentDigest> now) {
    return now.isPresent() || now.answer() == Answer.ABSENT;
  }

  private static String untold(String tag, Reading<ContentDigest> now) {
    return "what its tag " + Shown.text(tag) + " names by now cannot be told: " + now.detail();
  }

  /**
   * What the registry would need and does not have any more, or cannot be asked for.
   *
   * @param together children that are put back as well
   * @return empty if it lacks nothing
   */
  String lacking(String repository, Manifest manifest, Set<ContentDigest> together) {
    for (Descriptor child : manifest.children()) {
      if (together.contains(child.digest())) {
        continue;
      }
      Reading<Manifest> there = contents.manifest(repository, child.digest().text());
      if (!there.isPresent()) {
        return "its child " + child.digest() + " is not there: " + there.detail();
      }
    }
    List<Descriptor> blobs = new ArrayList<>(manifest.layers());
    manifest.config().ifPresent(blobs::add);
    for (Descriptor blob : blobs) {
      Reading<ContentDigest> there = contents.hasBlob(repository, blob.digest());
      if (!there.isPresent()) {
        return "its blob " + blob.digest() + " is not there any more: " + there.detail();
      }
    }
    return "";
  }

  private static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    Refused(String message) {
      super(message);
    }
  }

  private void put(String repository, String reference, Manifest manifest)
      throws IOException, Denied, Refused {
    Wire.Exchange answer =
        requests.sendManifest(repository, reference, manifest.mediaType(), manifest.bytes());
    if (answer.status() != 201 && answer.status() != 200) {
      throw new Refused(Reply.says(answer));
    }
  }

  private RestoreOutcome readBack(
      String repository, Manifest manifest, List<String> tags, List<String> taken) {
    Reading<Manifest> now = contents.manifest(repository, manifest.digest().text());
    if (!now.isPresent()) {
      return new RestoreOutcome.Unknown(
          "The registry took the manifest, but it could not be read back: " + now.detail());
    }
    for (String tag : tags) {
      Reading<ContentDigest> at = contents.head(repository, tag);
      if (!taken.contains(tag) && (!at.isPresent() || !at.get().equals(manifest.digest()))) {
        return new RestoreOutcome.Unknown(
            "The registry took the manifest, but its tag "
                + Shown.text(tag)
                + " does not lead to it.");
      }
    }
    return new RestoreOutcome.Restored(taken);
  }
}
