/**
 * The client of an OCI registry: what it answers, typed; who we are to it; and the one destructive
 * call, which takes a permit. What the images of a registry mean for each other, and which of them
 * may go, is decided elsewhere and may not live here.
 */
@NullMarked
package dev.guard.registry;

import org.jspecify.annotations.NullMarked;
