/**
 * What a registry holds, read once and completely or not at all: repositories, tags, manifests and
 * how they hang together. Which of it may go, and what references mean for it, is decided elsewhere
 * and may not live here; nor may any deletion.
 */
@NullMarked
package dev.guard.registry.inventory;

import org.jspecify.annotations.NullMarked;
