package dev.guard.architecture.wronghouse.state;

import dev.guard.architecture.wronghouse.Ticket;

/** Makes a permit outside the engine. */
final class Forger {
  Ticket forged() {
    return new Ticket();
  }
}
