package dev.guard.blastradius;

import dev.guard.Reservation;

/** What is counted once it is known that the act may have run, besides what was drawn for it. */
record Counted(Reservation.Held drawn, Runnable count) implements Reservation.Held {
  static Counted of(Reservation drawn, Runnable count) {
    return new Counted((Reservation.Held) drawn, count);
  }

  @Override
  public void settle(Settlement how) {
    try {
      drawn.settle(how);
    } finally {
      if (how != Settlement.NOT_RUN) {
        count.run();
      }
    }
  }
}
