/**
 * The faults of guarded automation elsewhere, each tried on Guard through its public API. Laws live
 * beside this.
 */
@NullMarked
package dev.guard.testkit.peers;

import org.jspecify.annotations.NullMarked;
