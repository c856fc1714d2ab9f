package dev.guard.registry;

import dev.guard.Permit;
import dev.guard.Target;
import dev.guard.registry.reference.ContentDigest;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Deletes manifests, each once, and finds out afterwards what became of it; and asks beforehand,
 * without harm, whether it could.
 */
final class Deletion {
  static final String ACTION = "registry.delete";

  private final Requests requests;
  private final Listing listing;
  private final Contents contents;

  Deletion(Requests requests, Listing listing, Contents contents) {
    this.requests = requests;
    this.listing = listing;
    this.contents = contents;
  }

  Reading<DeleteCapability> probe(String repository) {
    String what = "the right to delete in " + repository;
    try {
      requireSingleDelete();
      Optional<String> lacks = requests.lacksDelete(repository);
      if (lacks.isPresent()) {
        return Reading.present(DeleteCapability.UNAUTHORISED, List.of(lacks.get()));
      }
      Wire.Exchange answer = requests.sendDelete(repository, ContentDigest.ZERO);
      List<String> codes = Reply.codes(answer);
      return switch (answer.status()) {
        case 404 ->
            Reading.present(
                codes.contains("MANIFEST_UNKNOWN")
                    ? DeleteCapability.ENABLED
                    : DeleteCapability.UNKNOWN,
                List.of(Reply.says(answer)));
        case 405 ->
            Reading.present(
                codes.contains("UNSUPPORTED")
                    ? DeleteCapability.DISABLED
                    : DeleteCapability.READ_ONLY,
                List.of(Reply.says(answer)));
        case 401, 403 ->
            Reading.present(DeleteCapability.UNAUTHORISED, List.of(Reply.says(answer)));
        default -> Reading.present(DeleteCapability.UNKNOWN, List.of(Reply.says(answer)));
      };
    } catch (Denied e) {
      return Reading.present(DeleteCapability.UNAUTHORISED, List.of(e.getMessage()));
    } catch (IOException e) {
      return Reply.unreachable(e, what);
    }
  }

  /** Deletes a target, which stands for that digest of that repository, if the permit covers it. */
  DeleteOutcome delete(Permit permit, Target target, String repository, ContentDigest digest) {
    permit.check(ACTION, target);
    Wire.Exchange answer;
    try {
      requireSingleDelete();
      Optional<String> lacks = requests.lacksDelete(repository);
      if (lacks.isPresent()) {
        permit.notRun();
        return new DeleteOutcome.RefusedByRegistry(0, lacks.get());
      }
    } catch (Denied | IOException e) {
      permit.notRun();
      return new DeleteOutcome.RefusedByRegistry(
          0, "Nothing was sent: " + Shown.text(String.valueOf(e.getMessage())) + ".");
    }
    permit.redeem(ACTION, target); // a token may have taken its time, and the permit has a deadline
    try {
      answer = requests.sendDelete(repository, digest);
    } catch (Denied e) {
      permit.notRun();
      return new DeleteOutcome.RefusedByRegistry(401, Shown.text(String.valueOf(e.getMessage())));
    } catch (IOException e) {
      return afterSilence(repository, digest, e);
    }
    return switch (answer.status()) {
      case 401, 403, 405, 412, 429 -> {
        permit.notRun();
        yield new DeleteOutcome.RefusedByRegistry(answer.status(), Reply.says(answer));
      }
      case 202, 200, 204 -> afterAcceptance(repository, digest);
      case 404 -> afterNotFound(repository, digest, answer);
      default -> afterFailure(repository, digest, answer);
    };
  }

  private static void requireSingleDelete() throws IOException {
    String all = System.getProperty("jdk.httpclient.enableAllMethodRetry");
    if (all != null && !all.equalsIgnoreCase("false")) {
      throw new Retry.Refused(
          "the system property jdk.httpclient.enableAllMethodRetry would let deletions be repeated; unset it");
    }
  }

  private DeleteOutcome afterAcceptance(String repository, ContentDigest digest) {
    Reading<Manifest> now = contents.manifest(repository, digest.text());
    return switch (now.answer()) {
      case ABSENT -> new DeleteOutcome.Deleted("");
      case PRESENT ->
          new DeleteOutcome.Unknown(
              "The registry accepted the deletion, but the manifest is still there.");
      default ->
          new DeleteOutcome.Unknown(
              "The registry accepted the deletion, but could not be asked again: " + now.detail());
    };
  }

  private DeleteOutcome afterSilence(String repository, ContentDigest digest, IOException failure) {
    Reading<Manifest> now = contents.manifest(repository, digest.text());
    String what =
        "The deletion was sent and not answered ("
            + Shown.text(String.valueOf(failure.getMessage()))
            + ")";
    return now.answer() == Answer.ABSENT
        ? goneWithTags(repository, what + ", but the manifest is gone.")
        : new DeleteOutcome.Unknown(
            what + (now.isPresent() ? "; the manifest is still there, maybe not for long." : "."));
  }

  private DeleteOutcome afterNotFound(
      String repository, ContentDigest digest, Wire.Exchange answer) {
    Reading<Manifest> now = contents.manifest(repository, digest.text());
    return switch (now.answer()) {
      case ABSENT -> new DeleteOutcome.AlreadyGone();
      case PRESENT -> new DeleteOutcome.RefusedByRegistry(404, Reply.says(answer));
      default -> new DeleteOutcome.Unknown(Reply.says(answer) + " " + now.detail());
    };
  }

  private DeleteOutcome afterFailure(
      String repository, ContentDigest digest, Wire.Exchange answer) {
    Reading<Manifest> now = contents.manifest(repository, digest.text());
    return switch (now.answer()) {
      case ABSENT -> goneWithTags(repository, Reply.says(answer) + " Yet the manifest is gone.");
      case PRESENT ->
          answer.status() < 500
              ? new DeleteOutcome.RefusedByRegistry(
                  answer.status(),
                  "The registry did not do it and the manifest is still there: "
                      + Reply.says(answer))
              : new DeleteOutcome.Unknown(Reply.says(answer) + " The manifest is still there.");
      default -> new DeleteOutcome.Unknown(Reply.says(answer) + " " + now.detail());
    };
  }

  /**
   * After a deletion that went wrong half-way, a tag may be listed that leads nowhere; then it was
   * no clean deletion.
   */
  private DeleteOutcome goneWithTags(String repository, String note) {
    Reading<List<String>> tags = listing.tags(repository);
    if (!tags.isPresent()) {
      return new DeleteOutcome.Unknown(note + " Its tags could not be listed: " + tags.detail());
    }
    for (String tag : tags.get()) {
      if (!contents.head(repository, tag).isPresent()) {
        return new DeleteOutcome.Unknown(
            note + " The tag " + tag + " is listed but leads nowhere.");
      }
    }
    return new DeleteOutcome.Deleted(note);
  }
}
