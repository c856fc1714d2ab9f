/**
 * Registries for tests: a fake that behaves like CNCF Distribution 2.8.2, the real one, what to
 * push into either, and the wire-level contract both must pass. No client of a registry and no
 * judgement of images may live here.
 */
@NullMarked
package dev.guard.testkit.registry;

import org.jspecify.annotations.NullMarked;
