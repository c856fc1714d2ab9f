/** Tests of the same room in main. */
@NullMarked
package dev.guard.examples.report;

import org.jspecify.annotations.NullMarked;
