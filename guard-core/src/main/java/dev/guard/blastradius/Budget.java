package dev.guard.blastradius;

import java.time.Duration;

/**
 * How much of a sliding window is used. Immutable and thread-safe.
 *
 * @param length how long the window is
 * @param used how many targets were drawn within it and still count, those whose fate is unknown
 *     and those held by acts in flight included; 0 or more
 * @param most how many it allows; 0 or more
 */
public record Budget(Duration length, long used, long most) {}
