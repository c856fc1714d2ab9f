/**
 * What this module's tests speak to: a stub server, a stepped clock, a real registry and images for
 * it. No test lives here.
 */
@NullMarked
package dev.guard.registry.rig;

import org.jspecify.annotations.NullMarked;
