/**
 * The laws run against core, and the proof that each can fail. Rules without a law may not live
 * here.
 */
@NullMarked
package dev.guard.testkit.law;

import org.jspecify.annotations.NullMarked;
