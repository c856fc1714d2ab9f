/**
 * What the small complete examples share: their options, where they keep things, and how they print
 * a plan, a report and a journal. No guard is built and nothing is decided here; each example does
 * that in full.
 */
@NullMarked
package dev.guard.examples.show;

import org.jspecify.annotations.NullMarked;
