/**
 * {@code guard demo}: a made-up shop with a registry and a cluster on loopback, and the night of
 * the story told twice. What deletes here is the library itself; rules of its own may not live
 * here, except the naive one that causes the outage.
 */
@NullMarked
package dev.guard.examples.demo;

import org.jspecify.annotations.NullMarked;
