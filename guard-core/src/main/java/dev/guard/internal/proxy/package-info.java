/**
 * What classes made at run time call back: public, because they live in the packages of those they
 * extend. Only what must be seen from there may live here; what a guarded method is lives in {@code
 * annotation}. It needs Byte Buddy, an optional dependency.
 */
@NullMarked
package dev.guard.internal.proxy;

import org.jspecify.annotations.NullMarked;
