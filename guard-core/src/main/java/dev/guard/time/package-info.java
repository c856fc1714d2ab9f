/**
 * Where time comes from: the only place that asks the machine's clocks or waits. Nothing else may
 * live here, and nothing elsewhere may ask a clock.
 */
@NullMarked
package dev.guard.time;

import org.jspecify.annotations.NullMarked;
