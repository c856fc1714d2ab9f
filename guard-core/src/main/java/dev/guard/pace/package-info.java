/**
 * When and how fast a guard may act: a rate, a weekly window, and a bound on what runs at once.
 * Other primitives may not live here.
 */
@NullMarked
package dev.guard.pace;

import org.jspecify.annotations.NullMarked;
