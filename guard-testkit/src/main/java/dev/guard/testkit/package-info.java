/**
 * What the tests of a guarded tool need: fakes, contracts, laws and rules. No test engine and
 * nothing a production path may use lives here.
 */
@NullMarked
package dev.guard.testkit;

import org.jspecify.annotations.NullMarked;
