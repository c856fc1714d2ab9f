/**
 * Garbage collection in a cloud, against a fake one in this process that behaves as badly as real
 * ones do: listings come in pages that fail or end early and lag behind, and ids are used again.
 * Volumes that nothing needs are deleted, each after a snapshot from which an undo restores it.
 */
@NullMarked
package dev.guard.examples.cloud;

import org.jspecify.annotations.NullMarked;
