package dev.guard.blastradius;

import dev.guard.Batch;
import dev.guard.Digest;
import dev.guard.Intent;
import dev.guard.Reservation;
import dev.guard.Safeguard;
import dev.guard.StateException;
import dev.guard.Tripwire;
import dev.guard.Verdict;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A limit while one plan is applied: it counts what the run really touches, for the history by
 * which later runs are judged. Kept after the first, the second, the fourth target and so on, and
 * at the end, so that a crash loses less than half of it and a run costs few writes. Thread-safe.
 */
final class OfPlan implements Safeguard {
  private static final Logger LOG = LoggerFactory.getLogger(BlastRadiusLimit.class);

  private final BlastRadiusLimit limit;
  private final Growth growth;
  private final String action;
  private final Digest plan;
  private long before;
  private long touched;
  private long kept;
  private @Nullable Verdict lost;

  OfPlan(BlastRadiusLimit limit, Growth growth, String action, Digest plan) {
    this.limit = limit;
    this.growth = growth;
    this.action = action;
    this.plan = plan;
  }

  @Override
  public String name() {
    return limit.name();
  }

  @Override
  public Verdict review(Intent intent) {
    return limit.reviewOfPlan(intent);
  }

  @Override
  public Verdict reviewAll(Batch batch) {
    synchronized (this) {
      before = batch.targetsInAll() - batch.targets();
    }
    return limit.reviewAll(batch);
  }

  @Override
  public Reservation reserve(Intent intent) {
    Verdict gone = lost();
    if (gone != null) {
      return new Reservation.Denied(gone);
    }
    Reservation drawn = limit.draw(intent);
    return drawn instanceof Reservation.Denied
        ? drawn
        : Counted.of(drawn, () -> touched(intent.targets().size()));
  }

  private synchronized @Nullable Verdict lost() {
    return lost;
  }

  private synchronized void touched(int targets) {
    long was = touched;
    touched += targets;
    if (Long.highestOneBit(touched) != Long.highestOneBit(was)) {
      keep();
    }
  }

  /** What cannot be kept ends the run: the next one would be judged by too little. */
  private void keep() {
    long count = Math.min(Terms.MOST, before + touched);
    if (touched == 0 || count == kept) {
      return;
    }
    try {
      growth.required().plan(action, plan, count);
      kept = count;
    } catch (StateException fault) {
      lost = growth.unreadable(fault);
    }
  }

  @Override
  public void ended() {
    synchronized (this) {
      keep();
      if (lost != null) {
        LOG.warn("{} touched {} targets, of which its history knows {}.", plan, touched, kept);
      }
    }
    limit.ended();
  }

  @Override
  public List<Tripwire> tripwires() {
    return limit.tripwires();
  }

  @Override
  public String toString() {
    return limit.toString();
  }
}
