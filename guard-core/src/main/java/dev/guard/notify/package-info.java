/**
 * Telling people: what is planned, what was halted, that somebody said stop. A notifier says of
 * each item whether its delivery was proven, because a wait for objections may only begin for what
 * people were told.
 */
@NullMarked
package dev.guard.notify;

import org.jspecify.annotations.NullMarked;
