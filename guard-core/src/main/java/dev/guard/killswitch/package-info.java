/**
 * How people stop a guard: the switch, the sources it reads, and the latch that keeps it stopped
 * until a person resumes. Sources that need a network or a framework live with their adapters and
 * only implement {@link dev.guard.killswitch.KillSwitch.Source}; other primitives may not live
 * here.
 */
@NullMarked
package dev.guard.killswitch;

import org.jspecify.annotations.NullMarked;
