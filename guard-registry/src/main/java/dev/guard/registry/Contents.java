package dev.guard.registry;

import dev.guard.internal.json.Json;
import dev.guard.registry.reference.ContentDigest;
import dev.guard.registry.reference.ImageReference;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/** What a repository holds: manifests, what refers to them, and blobs, all verified. */
final class Contents {
  private final Requests requests;
  private final Listing listing;

  Contents(Requests requests, Listing listing) {
    this.requests = requests;
    this.listing = listing;
  }

  Reading<Manifest> manifest(String repository, String tagOrDigest) {
    String what = repository + ":" + tagOrDigest;
    return requests.ask(
        manifestAt(repository, tagOrDigest),
        what,
        answer ->
            answer.status() == 200
                ? verified(answer, tagOrDigest, repository, what)
                : listing.existence(Reply.failed(answer, what), repository));
  }

  private Reading<Manifest> verified(
      Wire.Exchange answer, String tagOrDigest, String repository, String what) {
    byte[] bytes = answer.body();
    ContentDigest digest =
        ContentDigest.parse(tagOrDigest).orElseGet(() -> ContentDigest.of(bytes));
    String header = answer.header("Docker-Content-Digest");
    boolean headerAgrees =
        header.isEmpty()
            || ContentDigest.parse(header).filter(named -> named.matches(bytes)).isPresent();
    if (!digest.matches(bytes) || !headerAgrees) {
      return Reading.not(
          Answer.UNKNOWN,
          "The manifest "
              + Shown.text(what)
              + " does not have the digest it should have: something"
              + " between the registry and us alters it.");
    }
    listing.saw(repository);
    return Reading.present(Manifest.of(bytes, digest, answer.mediaType()), Reply.warnings(answer));
  }

  Reading<ContentDigest> head(String repository, String tagOrDigest) {
    String what = repository + ":" + tagOrDigest;
    return requests.ask(
        manifestAt(repository, tagOrDigest).headersOnly(),
        what,
        answer -> {
          Optional<ContentDigest> digest =
              ContentDigest.parse(answer.header("Docker-Content-Digest"));
          Optional<ContentDigest> asked = ContentDigest.parse(tagOrDigest);
          if (answer.status() == 200 && digest.isPresent()) {
            if (asked.isPresent() && !asked.equals(digest)) {
              return Reading.not(
                  Answer.UNKNOWN, "The registry answers another digest than " + what + ".");
            }
            listing.saw(repository);
            return Reading.present(digest.get(), Reply.warnings(answer));
          }
          if (answer.status() == 200 || answer.status() == 404) {
            Reading<Manifest> full = manifest(repository, tagOrDigest); // HEAD carries no words
            return full.isPresent()
                ? Reading.present(full.get().digest(), full.warnings())
                : full.as();
          }
          return Reply.failed(answer, what);
        });
  }

  Reading<List<Descriptor>> referrers(String repository, ContentDigest subject) {
    String what = "the referrers of " + repository + "@" + subject;
    Reading<List<Descriptor>> listed =
        Pages.all(
            requests,
            referrersOf(repository, subject),
            what,
            new LinkedHashSet<>(),
            (answer, number) -> referrersPage(answer, number, what));
    return listed.answer() == Answer.ABSENT ? fallback(repository, subject) : listed;
  }

  /** One page; ABSENT means that the registry has no such list at all. */
  private static Reading<List<Descriptor>> referrersPage(
      Wire.Exchange answer, int number, String what) throws IOException {
    if (answer.status() == 404 && number == 1 && Reply.isOwn(answer)) {
      return Reading.not(Answer.ABSENT, "");
    }
    if (answer.status() != 200) {
      Reading<List<Descriptor>> failed = Reply.failed(answer, what);
      return failed.answer() == Answer.ABSENT
          ? Reading.not(Answer.UNKNOWN, failed.detail())
          : failed;
    }
    return Reading.present(
        Manifest.descriptors(Json.read(answer.body()).path("manifests")), List.of());
  }

  Reading<Boolean> servesReferrers(String repository) {
    String what = "the referrers API for " + repository;
    return requests.ask(
        referrersOf(repository, ContentDigest.ZERO),
        what,
        answer ->
            switch (answer.status()) {
              case 200 -> Reading.present(true, Reply.warnings(answer));
              case 404 ->
                  Reply.isOwn(answer)
                      ? Reading.present(false, Reply.warnings(answer))
                      : Reply.failed(answer, what);
              default -> Reply.failed(answer, what);
            });
  }

  private Reading<List<Descriptor>> fallback(String repository, ContentDigest subject) {
    Reading<Manifest> index = manifest(repository, fallbackTag(subject));
    if (index.answer() == Answer.ABSENT) {
      return Reading.present(List.of(), List.of());
    }
    if (!index.isPresent()) {
      return index.as();
    }
    return Reading.present(index.get().children(), index.warnings());
  }

  static String fallbackTag(ContentDigest subject) {
    String hex = subject.hex();
    return subject.algorithm() + "-" + (hex.length() > 64 ? hex.substring(0, 64) : hex);
  }

  Reading<byte[]> blob(String repository, ContentDigest digest) {
    String what = "blob " + digest + " of " + repository;
    return requests.ask(
        blobAt(repository, digest),
        what,
        answer -> {
          if (answer.status() != 200) {
            return listing.existence(Reply.failed(answer, what), repository);
          }
          return digest.matches(answer.body())
              ? Reading.present(answer.body(), Reply.warnings(answer))
              : Reading.not(Answer.UNKNOWN, "The " + what + " is altered or cut.");
        });
  }

  Reading<ContentDigest> hasBlob(String repository, ContentDigest digest) {
    String what = "blob " + digest + " of " + repository;
    return requests.ask(
        blobAt(repository, digest).firstByte(),
        what,
        answer -> {
          if (answer.status() != 206 && answer.status() != 200) {
            return listing.existence(Reply.failed(answer, what), repository);
          }
          return answer.body().length > 0
              ? Reading.present(digest, Reply.warnings(answer))
              : Reading.not(Answer.UNKNOWN, "The " + what + " is answered without a byte.");
        });
  }

  private Question manifestAt(String repository, String tagOrDigest) {
    return content(repository, "/manifests/" + checkedReference(tagOrDigest))
        .accepting(Manifest.ACCEPT);
  }

  private Question referrersOf(String repository, ContentDigest subject) {
    return content(repository, "/referrers/" + subject).accepting(Manifest.OCI_INDEX);
  }

  private Question blobAt(String repository, ContentDigest digest) {
    return content(repository, "/blobs/" + digest);
  }

  private Question content(String repository, String path) {
    return Question.content(requests.uri(repository, path), repository, Requests.pull(repository));
  }

  private static String checkedReference(String tagOrDigest) {
    if (!ImageReference.isTag(tagOrDigest) && ContentDigest.parse(tagOrDigest).isEmpty()) {
      throw new IllegalArgumentException(
          "'" + Shown.text(tagOrDigest) + "' is neither tag nor digest.");
    }
    return tagOrDigest;
  }
}
