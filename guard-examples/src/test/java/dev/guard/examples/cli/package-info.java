/** Tests of the same room in main. */
@NullMarked
package dev.guard.examples.cli;

import org.jspecify.annotations.NullMarked;
