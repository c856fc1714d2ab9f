/** Notifiers against a receiver that fails in every way HTTP can. */
@NullMarked
package dev.guard.testkit.notify;

import org.jspecify.annotations.NullMarked;
