/**
 * A deterministic simulation of several processes that share a store and lose power, without any
 * test engine: one seed decides everything that happens.
 */
@NullMarked
package dev.guard.testkit.simulation;

import org.jspecify.annotations.NullMarked;
