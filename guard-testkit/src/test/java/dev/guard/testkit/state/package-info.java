/** The stores of guard-core against the published contracts, and a real PostgreSQL. */
@NullMarked
package dev.guard.testkit.state;

import org.jspecify.annotations.NullMarked;
