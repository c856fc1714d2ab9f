/**
 * Losing power: a disk that forgets what was not flushed. What is written on it may not be known
 * here.
 */
@NullMarked
package dev.guard.testkit.crash;

import org.jspecify.annotations.NullMarked;
