/** The code that docs show, compiled and run, and what holds docs and code together. */
@NullMarked
package dev.guard.examples.docs;

import org.jspecify.annotations.NullMarked;
