package dev.guard.architecture.wronghouse;

/** A permit anybody can make. */
public final class Ticket {
  public Ticket() {}
}
