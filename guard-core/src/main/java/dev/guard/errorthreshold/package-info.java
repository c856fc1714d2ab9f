/** When failures stop a guard until a person resets it. Other primitives may not live here. */
@NullMarked
package dev.guard.errorthreshold;

import org.jspecify.annotations.NullMarked;
