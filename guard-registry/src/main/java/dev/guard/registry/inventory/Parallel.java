package dev.guard.registry.inventory;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Maps a list with several calls at a time on the caller's executor; the calling thread works
 * along.
 */
final class Parallel {
  private final @Nullable Executor executor;
  private final int width;

  private Parallel(@Nullable Executor executor, int width) {
    this.executor = executor;
    this.width = width;
  }

  static Parallel none() {
    return new Parallel(null, 1);
  }

  static Parallel of(Executor executor, int width) {
    return new Parallel(executor, width);
  }

  <A, B> List<B> map(List<A> items, Function<A, B> call) {
    List<FutureTask<B>> tasks = new ArrayList<>(items.size());
    for (A item : items) {
      Callable<B> one = () -> call.apply(item);
      tasks.add(new FutureTask<>(one));
    }
    AtomicInteger next = new AtomicInteger();
    Runnable worker =
        () -> {
          int i;
          while ((i = next.getAndIncrement()) < tasks.size()) {
            tasks.get(i).run();
          }
        };
    if (executor != null) {
      for (int i = 1; i < Math.min(width, items.size()); i++) {
        executor.execute(worker);
      }
    }
    worker.run();
    List<B> results = new ArrayList<>(items.size());
    for (RunnableFuture<B> task : tasks) {
      results.add(joined(task));
    }
    return results;
  }

  private static <B> B joined(RunnableFuture<B> task) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          interrupted = true; // the requests notice it themselves; their answers are still wanted
        } catch (ExecutionException e) {
          if (e.getCause() instanceof RuntimeException cause) {
            throw cause;
          }
          throw new IllegalStateException(e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
