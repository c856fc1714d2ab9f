/** Log rotation against real directories, and a /proc of its own. */
@NullMarked
package dev.guard.examples.logs;

import org.jspecify.annotations.NullMarked;
