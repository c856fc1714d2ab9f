/**
 * The map of guard-core as rules, and small wrong houses that show each rule able to fail. Rules
 * about behaviour do not live here.
 */
@NullMarked
package dev.guard.architecture;

import org.jspecify.annotations.NullMarked;
