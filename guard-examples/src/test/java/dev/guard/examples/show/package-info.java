/** What tests of the small complete examples share. */
@NullMarked
package dev.guard.examples.show;

import org.jspecify.annotations.NullMarked;
