/**
 * What a collaborator of a guard must do, as JUnit 5 tests that run in the class of whoever writes
 * one: safeguard, switch source, audit sink, health gate, reference source. The contracts of stores
 * are in {@code state}. No collaborator may live here.
 */
@NullMarked
package dev.guard.testkit.contract;

import org.jspecify.annotations.NullMarked;
