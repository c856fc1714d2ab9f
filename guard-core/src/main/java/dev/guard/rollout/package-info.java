/**
 * Stage after stage: ordered slices of a plan, a wait and a health check after each, and a
 * persisted state machine that moves only when a run looks, never back over a person's abort.
 */
@NullMarked
package dev.guard.rollout;

import org.jspecify.annotations.NullMarked;
