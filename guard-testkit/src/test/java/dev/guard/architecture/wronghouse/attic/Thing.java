package dev.guard.architecture.wronghouse.attic;

/** Lives in a room nobody drew. */
public final class Thing {}
