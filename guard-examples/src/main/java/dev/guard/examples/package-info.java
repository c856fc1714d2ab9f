/**
 * The guard command line, its demo, and small complete examples. Nothing that a library user would
 * need to import lives here.
 */
@NullMarked
package dev.guard.examples;

import org.jspecify.annotations.NullMarked;
