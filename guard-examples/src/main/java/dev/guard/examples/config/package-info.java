/**
 * {@code guard.yaml}: reading it strictly, and the values it holds. Every complaint names the line
 * and how to mend it. Opening what the values point at (a registry, a cluster, a journal) may not
 * live here.
 */
@NullMarked
package dev.guard.examples.config;

import org.jspecify.annotations.NullMarked;
