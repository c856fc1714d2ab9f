package dev.guard.blastradius;

import dev.guard.Reservation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/** What was drawn from the windows for one intent, one draw for each value it counts by. */
final class Drawn implements Reservation.Held {
  private final Blocks book;
  private final List<WindowBook.Draw> draws = new ArrayList<>();
  private final AtomicBoolean settled = new AtomicBoolean();

  private Drawn(Blocks book) {
    this.book = book;
  }

  /** Draws for every value, or for none. */
  static Reservation from(Blocks book, Terms terms, Counts counts) {
    Drawn drawn = new Drawn(book);
    for (Map.Entry<String, Long> count : counts.byValue().entrySet()) {
      WindowBook.Draw draw;
      try {
        draw = book.draw(terms.key(count.getKey()), count.getValue());
      } catch (RuntimeException fault) {
        drawn.giveBackAfter(fault);
        throw fault;
      }
      if (!draw.verdict().allowed()) {
        drawn.settle(Settlement.NOT_RUN);
        return new Reservation.Denied(draw.verdict());
      }
      drawn.draws.add(draw);
    }
    return drawn;
  }

  @Override
  public void settle(Settlement how) {
    if (!settled.compareAndSet(false, true)) {
      throw new IllegalStateException(
          "A reservation is settled once, but was settled again as " + how + ".");
    }
    if (how == Settlement.NOT_RUN) {
      for (WindowBook.Draw draw : draws) {
        book.giveBack(draw);
      }
    }
  }

  private void giveBackAfter(RuntimeException fault) {
    try {
      settle(Settlement.NOT_RUN);
    } catch (RuntimeException second) { // what could not be given back stays spent
      fault.addSuppressed(second);
    }
  }
}
