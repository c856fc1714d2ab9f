/**
 * The words of Guard: what is acted on, who judges it, what allows it, and what came of it,
 * together with {@link dev.guard.Guard}, the one entry point, and the engine behind it. Values and
 * contracts live here. Primitives, stores, sinks and anything that knows a file, a network or a
 * framework may not: they have rooms of their own, and only {@code Guard}, its builder and its
 * engine import those.
 */
@NullMarked
package dev.guard;

import org.jspecify.annotations.NullMarked;
