package dev.guard.testkit.architecture.careless;

/** Something that can be destroyed. */
final class Store {
  void purge() {}
}
