/**
 * How much may be touched: per call, per plan, per sliding window, as a percent, per value of a
 * label, and what must be left. What to do about a breach is for the engine; other primitives may
 * not live here.
 */
@NullMarked
package dev.guard.blastradius;

import org.jspecify.annotations.NullMarked;
