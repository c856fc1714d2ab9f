/**
 * What every state store and blob store must do, as tests that run in the class of any adapter. No
 * store may live here.
 */
@NullMarked
package dev.guard.testkit.state;

import org.jspecify.annotations.NullMarked;
