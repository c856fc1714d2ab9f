/**
 * The wait from a target's first proven announcement to its deletion, and the objections that
 * people raise meanwhile. Time is what was observed, added up in capped ticks, so that no jump of a
 * clock lets anything go early.
 */
@NullMarked
package dev.guard.soak;

import org.jspecify.annotations.NullMarked;
