/** Tests of the same room in main. */
@NullMarked
package dev.guard.examples.demo;

import org.jspecify.annotations.NullMarked;
