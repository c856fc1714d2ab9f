/** Tests of the rules in {@code dev.guard.testkit.architecture}. */
@NullMarked
package dev.guard.testkit.architecture;

import org.jspecify.annotations.NullMarked;
