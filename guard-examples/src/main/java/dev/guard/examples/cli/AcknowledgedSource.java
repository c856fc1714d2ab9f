package dev.guard.examples.cli;

import dev.guard.evidence.Acknowledgement;
import dev.guard.evidence.Reference;
import dev.guard.evidence.ReferenceSnapshot;
import dev.guard.evidence.ReferenceSource;
import dev.guard.registry.reference.ImageId;
import dev.guard.registry.reference.ImageReference;
import dev.guard.registry.reference.UnparseableReference;
import dev.guard.time.Time;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A source whose unparseable references are waived if a person vouched for them: exactly that value
 * at exactly that place, until the word expires. What a waived reference literally names stays
 * protected, and a reference that can be understood is never waived, whoever vouches for what.
 */
final class AcknowledgedSource implements ReferenceSource {
  private final ReferenceSource source;
  private final List<Acknowledgement> words;
  private final Time time;
  private final Vouching vouching;

  AcknowledgedSource(
      ReferenceSource source, List<Acknowledgement> words, Time time, Vouching vouching) {
    this.vouching = vouching;
    this.source = source;
    this.words = List.copyOf(words);
    this.time = time;
  }

  @Override
  public String name() {
    return source.name();
  }

  @Override
  public ReferenceSnapshot read() {
    ReferenceSnapshot snapshot = source.read();
    Instant now = time.now();
    List<Reference> kept = new ArrayList<>();
    for (Reference reference : snapshot.references()) {
      kept.add(vouchedFor(reference, now) ? reference.waived() : reference);
    }
    return snapshot instanceof ReferenceSnapshot.Incomplete
        ? new ReferenceSnapshot.Incomplete(
            snapshot.source(),
            snapshot.began(),
            kept,
            ((ReferenceSnapshot.Incomplete) snapshot).gaps())
        : new ReferenceSnapshot.Complete(snapshot.source(), snapshot.began(), kept);
  }

  private boolean vouchedFor(Reference reference, Instant now) {
    if (!unparseable(reference)) {
      return false;
    }
    for (Acknowledgement word : words) {
      if (word.covers(reference, now)) {
        vouching.counts(word, reference);
        return true;
      }
    }
    vouching.lacks(reference);
    return false;
  }

  private static boolean unparseable(Reference reference) {
    return switch (reference.form()) {
      case NAME -> ImageReference.parse(reference.value()) instanceof UnparseableReference;
      case IDENTITY -> ImageId.parse(reference.value()) instanceof ImageId.Unreadable;
      case WAIVED -> false;
    };
  }
}
