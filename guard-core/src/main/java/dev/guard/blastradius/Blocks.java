package dev.guard.blastradius;

import dev.guard.Verdict;
import dev.guard.time.Time;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Draws from a store's windows in blocks, and spends them here: for stores that take milliseconds a
 * write. A block is spent only while its bucket lasts, so that nothing leaves a window earlier than
 * it would have if it had been drawn alone; what is left of it is given back then, at the end of a
 * run, or never, if the process dies. Thread-safe.
 */
final class Blocks {
  private static final Logger LOG = LoggerFactory.getLogger(BlastRadiusLimit.class);

  private final WindowBook book;
  private final int size;
  private final Time time;
  private final Map<String, Block> held = new HashMap<>();

  /** What is left of a draw. */
  private static final class Block {
    private final WindowBook.Draw draw;
    private long left;

    Block(WindowBook.Draw draw, long left) {
      this.draw = draw;
      this.left = left;
    }
  }

  /**
   * Blocks.
   *
   * @param size how many are drawn at once; 1 draws each alone
   */
  Blocks(WindowBook book, int size, Time time) {
    this.book = book;
    this.size = size;
    this.time = time;
  }

  /** What is left of a block is drawn, so it counts as used. */
  List<Budget> budgets(String key) {
    return book.budgets(key);
  }

  Verdict room(String key, long asked) {
    long rest = asked - left(key);
    return rest <= 0 ? Verdict.allow() : book.room(key, rest);
  }

  Verdict roomForAll(String key, long asked) {
    long rest = asked - left(key);
    return rest <= 0 ? Verdict.allow() : book.roomForAll(key, rest);
  }

  /** What is left of a block that is over goes back before the next draw, so it is free too. */
  private synchronized long left(String key) {
    Block block = held.get(key);
    return block == null ? 0 : block.left;
  }

  private boolean current(Block block) {
    return block.draw.until() - time.nanos() > 0 && book.before(block.draw);
  }

  /** Draws from all windows, or from none. */
  synchronized WindowBook.Draw draw(String key, long count) {
    Block block = held.get(key);
    if (block != null && current(block) && block.left >= count) {
      block.left -= count;
      return block.draw.of(count);
    }
    giveBackRest(key);
    WindowBook.Draw drawn = book.draw(key, count, Math.max(count, size));
    if (!drawn.verdict().allowed() || drawn.count() <= count) {
      return drawn;
    }
    held.put(key, new Block(drawn, drawn.count() - count));
    return drawn.of(count);
  }

  /** Gives back what surely did not run: to its block while that lasts, else to the store. */
  synchronized void giveBack(WindowBook.Draw draw) {
    Block block = held.get(draw.key());
    if (block != null && block.draw.sameBuckets(draw) && current(block)) {
      block.left += draw.count();
    } else {
      book.giveBack(draw);
    }
  }

  /** Gives back what nobody spent. */
  synchronized void giveBackAll() {
    for (String key : held.keySet().toArray(new String[0])) {
      giveBackRest(key);
    }
  }

  private void giveBackRest(String key) {
    Block block = held.remove(key);
    if (block == null || block.left == 0) {
      return;
    }
    try {
      book.giveBack(block.draw.of(block.left));
    } catch (RuntimeException fault) { // it stays drawn, as after a crash
      LOG.warn("{} that nobody spent could not be given back; they stay drawn.", block.left, fault);
    }
  }

  boolean trips() {
    return book.trips();
  }
}
