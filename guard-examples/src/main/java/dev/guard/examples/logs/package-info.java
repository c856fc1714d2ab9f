/**
 * Log rotation on a directory tree: old files that no process has open are moved to a quarantine,
 * from which an undo moves them back. Symbolic links are never followed. Everything the example
 * needs to decide and to act is here; what only prints is shared.
 */
@NullMarked
package dev.guard.examples.logs;

import org.jspecify.annotations.NullMarked;
