/**
 * ArchUnit rules for tools built on Guard, and for Guard's own adapters: acts only with a permit,
 * time only from {@code Time}. ArchUnit is an optional dependency; whoever uses these rules brings
 * it. No other kind of check lives here.
 */
@NullMarked
package dev.guard.testkit.architecture;

import org.jspecify.annotations.NullMarked;
