package dev.guard.testkit.architecture.careless;

import dev.guard.Permit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;

/** Acts without a permit, in every way a permit can be missing. */
public final class Careless {
  private final Store store = new Store();

  /** In the open. */
  public void open() {
    store.purge();
  }

  void throughReference() {
    Runnable run = store::purge;
    run.run();
  }

  void half(Permit permit) {
    Objects.requireNonNull(permit);
    shared();
  }

  void otherHalf() {
    shared();
  }

  private void shared() {
    store.purge();
  }

  private void uncalled() {
    store.purge();
  }

  boolean guess(Path path) {
    return Files.exists(path) && Instant.now() != null;
  }
}
