/**
 * What guards do, as meters: {@link dev.guard.micrometer.GuardMetrics}. It needs {@code
 * io.micrometer:micrometer-core}, an optional dependency, and nothing of Guard imports it. Nothing
 * here may change what a guard decides, or name a target: meters have few series.
 */
@NullMarked
package dev.guard.micrometer;

import org.jspecify.annotations.NullMarked;
