/** Guarded methods as they are and as they must not be, for the rules to find. */
package dev.guard.testkit.architecture.unguarded;
