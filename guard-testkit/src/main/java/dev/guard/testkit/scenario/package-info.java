/**
 * Scenarios as plain data, and the runner that plays them against a guard on one thread, with time
 * that moves only when a scenario says so, and its own model of the world. What must hold of the
 * outcome may not live here: the laws say that.
 */
@NullMarked
package dev.guard.testkit.scenario;

import org.jspecify.annotations.NullMarked;
