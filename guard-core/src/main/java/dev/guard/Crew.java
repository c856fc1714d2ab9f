package dev.guard;

import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Several threads at one list: the caller's own, and as many of an executor's as it gives. The
 * caller leaves when nobody works any more; a thread that comes later finds the door closed. So an
 * executor that rejects, delays or forgets a task costs speed, never an act after the end.
 */
final class Crew {
  private static final Logger LOG = LoggerFactory.getLogger(Crew.class);

  private int working;
  private boolean closed;

  private Crew() {}

  /**
   * Gives every item to the task once, and returns when all are done.
   *
   * @param width how many threads at most, the caller's included
   * @param task does not throw
   */
  static <T> void work(List<T> items, int width, Executor executor, Consumer<T> task) {
    Crew crew = new Crew();
    AtomicInteger next = new AtomicInteger();
    Runnable all =
        () -> {
          for (int at = next.getAndIncrement(); at < items.size(); at = next.getAndIncrement()) {
            task.accept(items.get(at));
          }
        };
    try {
      for (int i = 1; i < Math.min(width, items.size()); i++) {
        hire(executor, () -> crew.join(all));
      }
      all.run();
    } finally {
      crew.close();
    }
  }

  private static void hire(Executor executor, Runnable work) {
    try {
      executor.execute(work);
    } catch (RuntimeException fault) {
      LOG.warn("The executor gave no thread ({}); fewer work.", Faults.describe(fault));
    }
  }

  private void join(Runnable work) {
    synchronized (this) {
      if (closed) {
        return;
      }
      working++;
    }
    try {
      work.run();
    } finally {
      synchronized (this) {
        working--;
        notifyAll();
      }
    }
  }

  /** Waits for acts in flight, also when interrupted: the run is not over before they are. */
  private synchronized void close() {
    closed = true;
    boolean interrupted = false;
    while (working > 0) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
