package dev.guard.registry;

/** We are not who may do this, or cannot prove it. No byte of the refused request had an effect. */
final class Denied extends Exception {
  private static final long serialVersionUID = 1L;

  Denied(String message) {
    super(message);
  }
}
