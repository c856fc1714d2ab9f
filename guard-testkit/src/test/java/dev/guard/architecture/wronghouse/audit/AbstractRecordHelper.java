package dev.guard.architecture.wronghouse.audit;

/** Public under a name that says nothing. */
public final class AbstractRecordHelper {}
