/**
 * The commands of {@code guard}, what they print, and their exit codes. A command parses, wires,
 * calls, and prints; deciding what may be deleted may not live here.
 */
@NullMarked
package dev.guard.examples.cli;

import org.jspecify.annotations.NullMarked;
