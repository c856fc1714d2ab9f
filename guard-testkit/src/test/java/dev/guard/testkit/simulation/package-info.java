@NullMarked
package dev.guard.testkit.simulation;

import org.jspecify.annotations.NullMarked;
