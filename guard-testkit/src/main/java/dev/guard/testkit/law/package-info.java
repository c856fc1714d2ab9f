/**
 * The laws of design and docs, as checks of what came of a scenario. They judge from the scenario
 * and the trace alone and know nothing of how a guard works. Playing scenarios may not live here.
 */
@NullMarked
package dev.guard.testkit.law;

import org.jspecify.annotations.NullMarked;
