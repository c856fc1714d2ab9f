/**
 * A Kubernetes API server for tests, and the objects to put into it, as plain JSON. No client of a
 * cluster, no type of one, and no judgement of what is in use may live here.
 */
@NullMarked
package dev.guard.testkit.cluster;

import org.jspecify.annotations.NullMarked;
