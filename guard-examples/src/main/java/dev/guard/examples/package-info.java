/**
 * The command line's entry point. Commands, configuration, pages and the demo have rooms of their
 * own; nothing but the start of the process may live here.
 */
@NullMarked
package dev.guard.examples;

import org.jspecify.annotations.NullMarked;
