/**
 * The floor of the fakes: an HTTP server on loopback that distorts answers as a test says and
 * remembers what it was asked. What the answers mean, to registries or clusters, may not live here.
 */
@NullMarked
package dev.guard.testkit.http;

import org.jspecify.annotations.NullMarked;
