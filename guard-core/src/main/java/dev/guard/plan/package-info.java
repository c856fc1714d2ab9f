/**
 * What is proposed as a whole and what came of it: the selection, the plan that people review, the
 * effect that is applied to it, and the report. Judging and acting may not live here: the engine
 * does that.
 */
@NullMarked
package dev.guard.plan;

import org.jspecify.annotations.NullMarked;
