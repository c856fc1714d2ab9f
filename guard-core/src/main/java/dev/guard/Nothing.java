package dev.guard;

/** The reservation of a safeguard that has nothing to hold. */
enum Nothing implements Reservation.Held {
  INSTANCE;

  @Override
  public void settle(Reservation.Settlement how) {
    // Nothing was held, so nothing is given back or spent.
  }
}
