/** Garbage collection against the fake cloud and its traps. */
@NullMarked
package dev.guard.examples.cloud;

import org.jspecify.annotations.NullMarked;
