/** Tests of the configuration reader. */
@NullMarked
package dev.guard.examples.config;

import org.jspecify.annotations.NullMarked;
