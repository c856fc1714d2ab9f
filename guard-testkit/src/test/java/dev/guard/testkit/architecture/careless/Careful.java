package dev.guard.testkit.architecture.careless;

import dev.guard.Permit;
import java.util.Objects;

/** Acts with a permit, directly and through a private method. */
final class Careful {
  private final Store store = new Store();

  void purge(Permit permit) {
    Objects.requireNonNull(permit);
    store.purge();
    again(2);
  }

  private void again(int times) {
    if (times > 0) {
      Runnable once = store::purge;
      once.run();
      again(times - 1);
    }
  }
}
