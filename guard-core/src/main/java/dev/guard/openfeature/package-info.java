/**
 * A kill switch read from feature flags: {@link dev.guard.openfeature.FlagSource}. It needs {@code
 * dev.openfeature:sdk}, an optional dependency, and nothing of Guard imports it. What a switch does
 * with an answer does not live here, but in {@code killswitch}.
 */
@NullMarked
package dev.guard.openfeature;

import org.jspecify.annotations.NullMarked;
