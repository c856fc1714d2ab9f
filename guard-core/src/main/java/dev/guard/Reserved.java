package dev.guard;

import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What all safeguards hold together for one intent, or the denial. Settled once. */
final class Reserved {
  private static final Logger LOG = LoggerFactory.getLogger(Reserved.class);

  /** What one safeguard holds. */
  record Part(String safeguard, Reservation.Held held) {}

  private final List<Part> parts;
  private final Verdict verdict;
  private boolean settled;

  private Reserved(List<Part> parts, Verdict verdict) {
    this.parts = parts;
    this.verdict = verdict;
  }

  static Reserved held(List<Part> parts) {
    return new Reserved(parts, Verdict.allow());
  }

  static Reserved denied(List<Part> heldSoFar, Verdict denial) {
    Reserved reserved = new Reserved(new ArrayList<>(heldSoFar), denial);
    reserved.settle(Reservation.Settlement.NOT_RUN);
    return reserved;
  }

  /** ALLOW if everything is held. */
  Verdict verdict() {
    return verdict;
  }

  /**
   * A settlement that fails leaves the reservation spent, which errs on the safe side; the others
   * are still settled.
   */
  void settle(Reservation.Settlement how) {
    if (settled) {
      throw new IllegalStateException(
          "A reservation is settled once, but was settled again as " + how + ".");
    }
    settled = true;
    for (Part part : parts) {
      try {
        part.held().settle(how);
      } catch (Throwable fault) {
        LOG.warn(
            "Safeguard '{}' could not settle {}; what it held stays spent.",
            part.safeguard(),
            how,
            fault);
      }
    }
  }
}
